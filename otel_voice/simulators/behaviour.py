"""The directives with which a request chooses its own latency, failure and content.

They are read from the header `x-simulate` or from a path prefix `/simulate/<directives>/`, as comma
separated `key=value` pairs with URL-encoded values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

HEADER = "x-simulate"
PREFIX = "simulate"
FAILURES = (401, 429, 500, 503)


class DirectiveError(ValueError):
    """A directive that the simulators do not know, or a value it cannot have."""


@dataclass(frozen=True)
class Behaviour:
    """What one request asked for; the defaults are quick and without failure."""

    first: float = 0.02
    interval: float = 0.005
    chunks: int | None = None
    fail: int | None = None
    retries: int | None = None
    model: str | None = None
    drop_after: int | None = None
    malformed_after: int | None = None
    error_after: int | None = None
    reply: str | None = None
    transcript: str | None = None
    tool: str | None = None

    def fails(self, model: str | None, retry: int) -> bool:
        """Whether the request for `model`, on its `retry`-th repetition (0 is the first), is refused."""
        if self.fail is None or (self.model is not None and self.model != model):
            return False
        return self.retries is None or retry < self.retries


def _seconds(key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (value >= 0 and math.isfinite(value)):
        raise DirectiveError(f"directive {key}={text}: expected seconds, a number of at least 0")
    return value


def _count(key: str, text: str) -> int:
    if not text.isdecimal():
        raise DirectiveError(f"directive {key}={text}: expected a whole number of at least 0")
    return int(text)


def _positive(key: str, text: str) -> int:
    if _count(key, text) == 0:
        raise DirectiveError(f"directive {key}=0: expected a whole number of at least 1")
    return int(text)


def _failure(key: str, text: str) -> int:
    if text not in {str(status) for status in FAILURES}:
        allowed = ", ".join(map(str, FAILURES))
        raise DirectiveError(f"directive {key}={text}: expected one of {allowed}")
    return int(text)


def _text(key: str, text: str) -> str:
    if not text:
        raise DirectiveError(f"directive {key}=: expected a text")
    return text


READERS: Mapping[str, Callable[[str, str], Any]] = {
    "first": _seconds,
    "interval": _seconds,
    "chunks": _positive,
    "fail": _failure,
    "retries": _count,
    "model": _text,
    "drop_after": _count,
    "malformed_after": _count,
    "error_after": _count,
    "reply": _text,
    "transcript": _text,
    "tool": _text,
}


def _pair(text: str) -> tuple[str, Any]:
    key, _, value = text.partition("=")
    key = key.strip()
    if key not in READERS:
        raise DirectiveError(f"unknown directive {key!r}; allowed are {', '.join(READERS)}")
    return key, READERS[key](key, unquote(value.strip()))


def parse(*texts: str) -> Behaviour:
    """The behaviour that directive lists ask for; a later one wins. Raises `DirectiveError`."""
    pairs = [pair for text in texts for pair in text.split(",") if pair.strip()]
    return Behaviour(**dict(map(_pair, pairs)))


def of_request(raw_path: str, headers: Mapping[str, str]) -> Behaviour:
    """The behaviour asked for by a path, still URL-encoded, and by the headers. Raises `DirectiveError`."""
    parts = raw_path.split("/")
    prefix = parts[2] if len(parts) > 2 and parts[1] == PREFIX else ""
    # Values keep their encoding until the pairs are split, so that a text may contain a comma.
    return parse(prefix.replace("%3D", "=").replace("%3d", "="), headers.get(HEADER, ""))
