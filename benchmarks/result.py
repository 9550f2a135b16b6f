"""One measured figure and what it may be."""

from __future__ import annotations

from dataclasses import dataclass


class BenchmarkError(Exception):
    """Nothing could be measured; the text says what is missing."""


@dataclass(frozen=True)
class Result:
    """`value` in `unit`; fails above `limit` or below `least`, and is only told when it has neither."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    least: float | None = None

    @property
    def good(self) -> bool:
        """True when the value is within its bounds."""
        return (self.limit is None or self.value <= self.limit) and (self.least is None or self.value >= self.least)

    @property
    def bound(self) -> str:
        """What is allowed, in words."""
        if self.limit is not None:
            return f"at most {self.limit:,g}"
        return f"at least {self.least:,g}" if self.least is not None else "told only"
