"""Questions to Prometheus for several periods: those of one length that follow each other are one question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from otel_voice.reports.answers import Sample, Samples, by_period, instant, matrix, read
from otel_voice.reports.backend import Backend
from otel_voice.reports.periods import Period

_POINTS: Final = 10_000


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
        data = self._ask("query", query=f"{selected}[{period.seconds + before}s]", time=_time(period.until))
        with read("Prometheus"):
            return matrix(data)

    def range(self, query: str, period: Period, step: int) -> list[Samples]:
        """What the query finds, every `step` seconds."""
        asked = {"start": _time(period.since), "end": _time(period.until), "step": str(step)}
        data = self._ask("query_range", query=query, **asked)
        with read("Prometheus"):
            return matrix(data)

    def services(self, period: Period) -> list[str]:
        """Everybody who sent metrics."""
        data = self._ask("label/service_name/values", start=_time(period.since), end=_time(period.until))
        with read("Prometheus"):
            return [str(name) for name in data]

    def _instant(self, query: str, period: Period) -> list[Sample]:
        data = self._ask("query", query=query, time=_time(period.until))
        with read("Prometheus"):
            return instant(data)

    def _range(self, query: str, run: Sequence[Period]) -> list[list[Sample]]:
        asked = {"start": _time(run[0].until), "end": _time(run[-1].until), "step": str(run[0].seconds)}
        data = self._ask("query_range", query=query, **asked)
        with read("Prometheus"):
            return by_period(data, run)

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


def _time(moment: datetime) -> str:
    return str(int(moment.timestamp()))
