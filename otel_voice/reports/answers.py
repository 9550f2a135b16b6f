"""The answers of Prometheus and Loki, which have one form. What has another is no answer, and told as such."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from otel_voice.reports.errors import UnavailableError
from otel_voice.reports.periods import Period


@dataclass(frozen=True)
class Sample:
    """A series and one value of it."""

    labels: dict[str, str]
    value: float


@dataclass(frozen=True)
class Samples:
    """A series and its values: Unix time and value, in this order."""

    labels: dict[str, str]
    values: list[tuple[float, float]]


@dataclass(frozen=True)
class Entry:
    """One log record of Loki, with its labels and attributes under the names of Loki."""

    time_ns: int
    labels: dict[str, str]


@contextmanager
def read(program: str) -> Iterator[None]:
    """Around what reads an answer of a program. Raises UnavailableError where it is of another form."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnavailableError(
            f"{program} answers what is no answer of its API ({type(error).__name__}: {error})"
        ) from error


def instant(data: Any) -> list[Sample]:
    """A vector, without what is no number."""
    rows = [Sample(dict(row["metric"]), float(row["value"][1])) for row in data["result"]]
    return [row for row in rows if math.isfinite(row.value)]


def matrix(data: Any) -> list[Samples]:
    """Series over time, without what is no number."""
    return [
        Samples(
            dict(row["metric"]),
            [(float(time), float(value)) for time, value in row["values"] if math.isfinite(float(value))],
        )
        for row in data["result"]
    ]


def entries(data: Any) -> list[Entry]:
    """Log records."""
    return [Entry(int(value[0]), dict(row["stream"])) for row in data["result"] for value in row["values"]]


def by_period(data: Any, run: Sequence[Period]) -> list[list[Sample]]:
    """A matrix with one step for each of periods of one length that follow each other, by period."""
    found: list[list[Sample]] = [[] for _ in run]
    first, step = run[0].until.timestamp(), run[0].seconds
    for series in matrix(data):
        for time, value in series.values:
            place = round((time - first) / step)
            if not 0 <= place < len(run):
                raise ValueError(f"a value of {time}, which was not asked for")
            found[place].append(Sample(series.labels, value))
    return found
