"""A rule that computes, and one that tells somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CRITICAL: Final = "critical"
WARNING: Final = "warning"
VARIES: Final = "as said"
"""The severity of an alert that a program says: it has its own."""


@dataclass(frozen=True)
class Alert:
    """What is asked, and what is said when the answer is not empty.

    `when` is for the documents; `summary` and `description` are templates of Prometheus. How long it must last, and
    whether it is there at all, stands in the values.
    """

    name: str
    severity: str
    expr: str
    when: str
    summary: str
    description: str
    dashboard: str
    """The uid of the dashboard to look at."""


@dataclass(frozen=True)
class Recording:
    """A series that is computed beforehand, named level:metric:operation."""

    record: str
    expr: str


@dataclass(frozen=True)
class Group:
    """Rules that are evaluated together, one after the other."""

    name: str
    rules: Sequence[Alert | Recording]
    interval: str = ""
    """How often; as often as the program does by itself where it is empty."""
