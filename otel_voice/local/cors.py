"""Which pages of a browser may send to the embedded receiver: those whose origin was named, and no others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

_REMEMBERED_SECONDS: Final = 7200
_HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,500}")


def preflight(allowed: Collection[str], origin: str | None, asked: str | None) -> Iterator[tuple[str, str]]:
    """The headers by which a browser learns that it may send; none for an origin that was not named.

    `asked` are the names of the headers that the page would send.
    """
    if origin is None or origin not in allowed:
        return
    yield from answer(allowed, origin)
    yield "Access-Control-Allow-Methods", "POST"
    yield "Access-Control-Max-Age", str(_REMEMBERED_SECONDS)
    if asked and _HEADER_NAMES.fullmatch(asked):
        yield "Access-Control-Allow-Headers", asked


def answer(allowed: Collection[str], origin: str | None) -> Iterator[tuple[str, str]]:
    """The headers without which a browser keeps an answer from the page that asked."""
    if origin is not None and origin in allowed:
        yield "Access-Control-Allow-Origin", origin
        yield "Vary", "Origin"
