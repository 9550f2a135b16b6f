"""What a counter grew by, exactly: PromQL's increase() extrapolates, and misses the first value of a new series.

A series ends where its program does, and begins at 0 where the next one does (each process has an `instance` of its
own), so that its growth in a period is its last value less the last one before the period, or less nothing where it is
new. A series that was reset on the way is counted from its samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

MEMORY: Final = 3600
"""Seconds before a period in which a series is looked for to know whether it is new."""


def growth(series: str, by: Sequence[str], seconds: int, resets: str) -> str:
    """PromQL for the growth of a counter, summed by labels, without what `resets` finds."""
    last = f"last_over_time({series}[{seconds}s])"
    before = f"(last_over_time({series}[{MEMORY}s] offset {seconds}s) or {last} * 0)"
    return f"{summed(by)} (({last} - {before}) unless ignoring (le) ({resets}))"


def reset(series: str, seconds: int) -> str:
    """PromQL for the series that were reset in a period, or since their last value before it."""
    return f"resets({series}[{seconds + MEMORY}s]) > 0"


def summed(by: Sequence[str]) -> str:
    """The aggregation by labels."""
    return f"sum by ({', '.join(by)})"


def grown(samples: Iterable[tuple[float, float]], since: float) -> float:
    """What a counter grew by after `since`, from its samples (Unix time, value), resets included.

    Samples before are there to compare with; without one, the series began at 0.
    """
    total, before = 0.0, 0.0
    for time, value in samples:
        if time > since:
            total += value - before if value >= before else value
        before = value
    return total
