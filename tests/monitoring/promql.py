"""What a test has to know of a PromQL expression: which series it reads, by which labels, in which windows."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_CLAUSE = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}
_NAME = re.compile(r"(?<![\w:$.])([a-zA-Z_:][\w:]*)(\{[^}]*\})?(\[[^\]]*\])?(?!\s*\(|[\w:])")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_RATED = re.compile(r"\b(\w+)\s*\(\s*$")


@dataclass(frozen=True)
class Read:
    """One series in an expression: its name, the labels it is narrowed by, its window, and the function around it."""

    name: str
    labels: frozenset[str]
    window: str
    function: str


def reads(expression: str) -> list[Read]:
    """Every series that an expression reads."""
    bare = _CLAUSE.sub(" ", _TEXT.sub('""', expression))
    return [_read(bare, match) for match in _NAME.finditer(bare) if match[1] not in _WORDS]


def grouped_by(expression: str) -> set[str]:
    """Every label that an expression groups or matches by."""
    clauses = _CLAUSE.findall(_TEXT.sub('""', expression))
    return {name.strip() for clause in clauses for name in clause.split(",") if name.strip()}


def _read(bare: str, match: re.Match[str]) -> Read:
    around = _RATED.search(bare[: match.start()])
    labels = frozenset(_MATCHER.findall(match[2] or ""))
    return Read(match[1], labels, (match[3] or "").strip("[]"), around[1] if around else "")
