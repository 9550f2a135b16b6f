"""Moments as texts, and back: as a record says them, and as Loki's client prints them."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Final

_WRITTEN: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")


def iso(unix_ns: int) -> str:
    """A moment as ISO 8601 in UTC, with nanoseconds."""
    seconds, rest = divmod(unix_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def nanoseconds(text: str) -> int | None:
    """Since 1970, of a moment in ISO 8601 with its zone; None for any other text."""
    matched = _WRITTEN.fullmatch(text)
    if matched is None:
        return None
    whole, fraction, zone = matched.groups()
    try:
        # Not strptime(), which holds a lock: a child that is forked then would wait for it for ever.
        seconds = datetime.fromisoformat(whole + zone.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
    return int(seconds) * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
