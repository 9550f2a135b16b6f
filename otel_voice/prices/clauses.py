"""Which models a price is for: the matching clauses of a price table, as they stand in its JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any


class ClauseError(ValueError):
    """A clause cannot be read; the text says what is wrong and what is allowed."""


def matches(clause: Any, name: str) -> bool:
    """Whether a name, in lower case, is meant by `"name"`, by `{"starts_with": "name"}` and the like."""
    if isinstance(clause, str):
        return name == clause.lower()
    ((kind, operand),) = clause.items()
    return _KINDS[kind](operand, name)


def check(clause: object) -> None:
    """Raise ClauseError where `matches` could not read it."""
    if isinstance(clause, str):
        _check_text(clause)
        return
    if not isinstance(clause, Mapping) or len(clause) != 1:
        raise ClauseError(f"{clause!r} is no clause; allowed: a name, or one of {', '.join(_KINDS)} with what it needs")
    ((kind, operand),) = clause.items()
    if kind not in _KINDS:
        raise ClauseError(f"{kind!r} is no clause; allowed: {', '.join(_KINDS)}")
    if kind in ("or", "and"):
        _check_several(operand)
    elif kind == "regex":
        _check_regex(operand)
    else:
        _check_text(operand)


def _check_text(operand: object) -> None:
    if not isinstance(operand, str) or not operand:
        raise ClauseError(f"{operand!r} must be a text that is not empty")


def _check_several(operand: object) -> None:
    if not isinstance(operand, list) or not operand:
        raise ClauseError(f"{operand!r} must be a list of clauses that is not empty")
    for each in operand:
        check(each)


def _check_regex(operand: object) -> None:
    if not isinstance(operand, str):
        raise ClauseError(f"{operand!r} must be a regular expression")
    try:
        re.compile(operand)
    except re.error as error:
        raise ClauseError(f"{operand!r} is no regular expression: {error}") from error


_KINDS: Mapping[str, Callable[[Any, str], bool]] = {
    "equals": lambda text, name: name == text.lower(),
    "starts_with": lambda text, name: name.startswith(text.lower()),
    "ends_with": lambda text, name: name.endswith(text.lower()),
    "contains": lambda text, name: text.lower() in name,
    "regex": lambda pattern, name: re.search(pattern, name) is not None,
    "or": lambda clauses, name: any(matches(each, name) for each in clauses),
    "and": lambda clauses, name: all(matches(each, name) for each in clauses),
}
