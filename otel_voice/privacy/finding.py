"""The shape of a rule: where one kind of private data may stand in a text, and whether a candidate is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from otel_voice.privacy.policy import Kind

ESCAPED = r"(?<=\\[nrt])"
"""Behind the escape of a new line, as in JSON: its letter is no part of what follows."""


# Plain classes: this is first imported at the first export, which may be at the end of the process, where the text that
# NamedTuple and dataclass evaluate makes Python forget that the process dies of a KeyboardInterrupt.
class Found:
    """text[start:end] is private. `canonical` is the same however it is written, so that hashes are equal."""

    __slots__ = ("canonical", "end", "start")

    def __init__(self, start: int, end: int, canonical: str) -> None:
        self.start = start
        self.end = end
        self.canonical = canonical


Find = Callable[[str], Iterator[Found]]
"""Private data in a text: in order, without overlap, in time that grows with the text and no faster."""


class Rule:
    """One way to find one kind."""

    __slots__ = ("find", "kind")

    def __init__(self, kind: Kind, find: Find) -> None:
        self.kind: Kind = kind
        self.find = find


class Rules:
    """Rules with one sign in common, without which none of them finds anything; a look for the sign is cheap."""

    __slots__ = ("may_find", "rules")

    def __init__(self, may_find: Callable[[str], bool], rules: tuple[Rule, ...]) -> None:
        self.may_find = may_find
        self.rules = rules


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
