"""Questions to Prometheus for several periods: those of one length that follow each other are one question."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from otel_voice.reports.backend import Backend
from otel_voice.reports.errors import UnavailableError
from otel_voice.reports.periods import Period

_POINTS: Final = 10_000


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


class Prometheus:
    """The query API of one Prometheus. Methods raise UnavailableError."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def check(self) -> None:
        """Whether it answers."""
        self._ask("query", query="vector(1)")

    def each(self, query: Callable[[int], str], periods: Sequence[Period]) -> list[list[Sample]]:
        """For each period, what the query of its length finds at its end."""
        found: list[list[Sample]] = []
        for run in runs(periods, _POINTS):
            asked = query(run[0].seconds)
            found.extend([self._instant(asked, run[0])] if len(run) == 1 else self._range(asked, run))
        return found

    def samples(self, selected: str, period: Period, before: int) -> list[Samples]:
        """The samples of series in a period and in the seconds before it, as they were stored."""
        query = f"{selected}[{period.seconds + before}s]"
        return _series(self._ask("query", query=query, time=_time(period.until)))

    def range(self, query: str, period: Period, step: int) -> list[Samples]:
        """What the query finds, every `step` seconds."""
        asked = {"start": _time(period.since), "end": _time(period.until), "step": str(step)}
        return _series(self._ask("query_range", query=query, **asked))

    def _instant(self, query: str, period: Period) -> list[Sample]:
        try:
            rows = self._ask("query", query=query, time=_time(period.until))["result"]
            return [Sample(row["metric"], value) for row in rows if math.isfinite(value := float(row["value"][1]))]
        except (LookupError, TypeError, ValueError) as error:
            raise _strange(error) from error

    def _range(self, query: str, run: Sequence[Period]) -> list[list[Sample]]:
        step = run[0].seconds
        asked = {"start": _time(run[0].until), "end": _time(run[-1].until), "step": str(step)}
        found: list[list[Sample]] = [[] for _ in run]
        for one in _series(self._ask("query_range", query=query, **asked)):
            for time, value in one.values:
                found[round((time - run[0].until.timestamp()) / step)].append(Sample(one.labels, value))
        return found

    def _ask(self, path: str, **query: str) -> Any:
        return self._backend.data(f"/api/v1/{path}", query)


def runs(periods: Sequence[Period], longest: int) -> Iterator[list[Period]]:
    """Periods of one length that follow each other without a gap, in the order given."""
    run: list[Period] = []
    for period in periods:
        if run and (len(run) >= longest or period.seconds != run[-1].seconds or period.since_ns != run[-1].until_ns):
            yield run
            run = []
        run.append(period)
    if run:
        yield run


def quoted(text: str) -> str:
    """A string of PromQL and LogQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _series(data: Any) -> list[Samples]:
    try:
        return [
            Samples(row["metric"], [(float(time), float(value)) for time, value in row["values"]])
            for row in data["result"]
        ]
    except (LookupError, TypeError, ValueError) as error:
        raise _strange(error) from error


def _time(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def _strange(error: Exception) -> UnavailableError:
    return UnavailableError(f"Prometheus answers what is no answer of its API ({type(error).__name__}: {error})")
