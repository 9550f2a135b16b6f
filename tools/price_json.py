"""How a shipped price table is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping


def as_json(about: Mapping[str, object], entries: Iterable[Mapping[str, object]]) -> str:
    """A price table with one line for each entry, so that a change can be read."""
    lines = ",\n".join(json.dumps(each, separators=(",", ":"), ensure_ascii=False) for each in entries)
    return f'{{"about":{json.dumps(about)},\n"prices":[\n{lines}\n]}}\n'
