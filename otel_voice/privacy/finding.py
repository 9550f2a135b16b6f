"""The shape of a rule: where one kind of private data may stand in a text, and whether a candidate is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from otel_voice.privacy.policy import Kind

ESCAPED = r"(?<=\\[nrt])"
"""Behind the escape of a new line, as in JSON: its letter is no part of what follows."""


class Found(NamedTuple):
    """text[start:end] is private. `canonical` is the same however it is written, so that hashes are equal."""

    start: int
    end: int
    canonical: str


Find = Callable[[str], Iterator[Found]]
"""Private data in a text: in order, without overlap, in time that grows with the text and no faster."""


class Rule(NamedTuple):
    """One way to find one kind."""

    kind: Kind
    find: Find


class Rules(NamedTuple):
    """Rules with one sign in common, without which none of them finds anything; a look for the sign is cheap."""

    may_find: Callable[[str], bool]
    rules: tuple[Rule, ...]


@cache
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compiled when a text first gives reason to: all of them together would take 30 ms of a program's start."""
    return re.compile(pattern, flags)


def same(text: str) -> str:
    """What is written in one way only."""
    return text


def anything(text: str) -> bool:
    """A pattern that is enough by itself."""
    return True


def finder(
    pattern: str, flags: int = 0, accepts: Callable[[str], bool] = anything, canonical: Callable[[str], str] = same
) -> Find:
    """Finds by a pattern with a group `private`; `accepts` is asked about each candidate."""

    def find(text: str) -> Iterator[Found]:
        for match in compiled(pattern, flags).finditer(text):
            candidate = match["private"]
            if accepts(candidate):
                yield Found(*match.span("private"), canonical(candidate))

    return find
