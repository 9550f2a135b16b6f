"""The stack as a source: metrics of Prometheus, events of Loki."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from otel_voice.monitoring.series import label, series
from otel_voice.reports import increase, spread
from otel_voice.reports.answers import Sample, read
from otel_voice.reports.backend import Absent, Backend
from otel_voice.reports.errors import UnavailableError
from otel_voice.reports.loki import Loki
from otel_voice.reports.model import Alert, Call
from otel_voice.reports.periods import Period
from otel_voice.reports.prometheus import Prometheus, quoted
from otel_voice.reports.source import Group, Spreads, Totals, unknown_service

_ALERT_STEP: Final = 15
_ALERT_POINTS: Final = 10_000
"""Prometheus gives at most 11,000 points of a series."""
_MISSING_MINUTES: Final = 5
_NO_LOKI: Final = "no Loki was named: calls that began, the list of calls and the alerts of programs are told there"


class PrometheusSource:
    """Prometheus and, where there is one, Loki at their addresses. Methods raise UnavailableError."""

    name = "prometheus"
    quantiles = "histogram"

    def __init__(self, prometheus: str, loki: str | None, service: str | None = None) -> None:
        self._prometheus = Prometheus(Backend("Prometheus", prometheus))
        self._loki = Loki(Absent(_NO_LOKI) if loki is None else Backend("Loki", loki))
        self._has_loki = loki is not None
        self._service = service

    def check(self) -> None:
        """Whether they answer, before a report is begun."""
        self._prometheus.check()
        if self._has_loki:
            self._loki.check()

    def totals(self, metric: str, by: Sequence[str], periods: Sequence[Period]) -> list[Totals | None]:
        """What a counter counted."""
        counter = series(metric).total
        found = self._grown(counter, counter, tuple(map(label, by)), periods)
        return [None if one is None else _happened(one) for one in found]

    def spreads(self, metric: str, by: Sequence[str], periods: Sequence[Period]) -> list[Spreads | None]:
        """What a histogram recorded, with quantiles as fine as its buckets."""
        of, labels = series(metric), tuple(map(label, by))
        buckets = self._grown(of.bucket, of.count, (*labels, "le"), periods)
        sums = self._grown(of.sum, of.count, labels, periods)
        with read("Prometheus"):
            return [
                None if counted is None else _spreads(counted, sums[place] or {})
                for place, counted in enumerate(buckets)
            ]

    def highest(self, metric: str, by: Sequence[str], periods: Sequence[Period]) -> list[Totals | None]:
        """The highest value of a gauge at a scrape or an export."""
        labels = tuple(map(label, by))

        def query(seconds: int) -> str:
            return f"max by ({', '.join(labels)}) (max_over_time({self._selected(series(metric).value)}[{seconds}s]))"

        return [_groups(samples, labels) or None for samples in self._prometheus.each(query, periods)]

    def happened(self, event: str, by: Sequence[str], periods: Sequence[Period]) -> list[Totals | None]:
        """How often an event was told."""
        return self._loki.counted(event, tuple(map(label, by)), self._service, periods)

    def alerts(self, period: Period) -> list[Alert]:
        """What rules of Prometheus found, and what alert() told."""
        found = [*self._of_rules(period), *self._of_programs(period)]
        return sorted(found, key=lambda alert: alert.started)

    def gaps(self, period: Period) -> list[str]:
        """How much of the period Prometheus has no history of, and what Loki has too much of."""
        return [*self._without_history(period), *self._unknown_service(period), *self._loki.notes]

    def calls(self, period: Period, before_ns: int, limit: int) -> list[Call]:
        """Calls that ended in the period and before a moment, the newest first."""
        return self._loki.calls(self._service, period, before_ns, limit)

    def _grown(
        self, name: str, counter: str, labels: tuple[str, ...], periods: Sequence[Period]
    ) -> list[dict[Group, float] | None]:
        """By labels; None where Prometheus has no such series. `counter` tells of resets for all of its family."""
        selected = self._selected(name)
        resets = self._prometheus.each(lambda seconds: increase.reset(self._selected(counter), seconds), periods)

        def query(seconds: int) -> str:
            return increase.growth(selected, labels, seconds, increase.reset(self._selected(counter), seconds))

        answers = self._prometheus.each(query, periods)
        return [
            self._with_reset(selected, labels, period, _groups(samples, labels), reset)
            for period, samples, reset in zip(periods, answers, resets, strict=True)
        ]

    def _with_reset(
        self, selected: str, labels: tuple[str, ...], period: Period, found: dict[Group, float], reset: list[Sample]
    ) -> dict[Group, float] | None:
        for one in reset:
            alike = self._prometheus.samples(_matching(selected, one.labels), period, increase.MEMORY)
            for raw in (each for each in alike if _series(each.labels) == _series(one.labels)):
                group = _group(raw.labels, labels)
                grown = increase.grown(raw.values, period.since.timestamp())
                found[group] = found.get(group, 0.0) + grown
        return found or None

    def _of_rules(self, period: Period) -> Iterator[Alert]:
        step = max(_ALERT_STEP, math.ceil(period.seconds / _ALERT_POINTS))
        matcher = f", service_name={quoted(self._service)}" if self._service else ""
        for one in self._prometheus.range(f'ALERTS{{alertstate="firing"{matcher}}}', period, step):
            for started, ended in _stretches([time for time, _ in one.values], step):
                yield _alert(one.labels, started, ended, period, step)

    def _of_programs(self, period: Period) -> list[Alert]:
        """Those of rules are worth telling without them."""
        try:
            return self._loki.alerts(self._service, period)
        except UnavailableError as error:
            self._loki.notes.append(f"missing: alerts of programs: {error}")
            return []

    def _without_history(self, period: Period) -> list[str]:
        [found] = self._prometheus.each(lambda seconds: f"count_over_time(max(up)[{seconds}s:1m])", [period])
        minutes = period.seconds // 60
        missing = minutes - int(found[0].value if found else 0)
        if missing <= _MISSING_MINUTES:
            return []
        return [
            f"Prometheus has no history of {missing:,} of the period's {minutes:,} minutes: it did not run, or keeps "
            "less; what happened then is missing"
        ]

    def _unknown_service(self, period: Period) -> list[str]:
        known = self._prometheus.services(period) if self._service is not None else []
        return unknown_service(self._service, known)

    def _selected(self, name: str) -> str:
        return f"{name}{{service_name={quoted(self._service)}}}" if self._service else f"{name}{{}}"


def _happened(found: dict[Group, float]) -> Totals:
    return {group: _whole(value) for group, value in found.items() if value}


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


def _spreads(buckets: Mapping[Group, float], sums: Mapping[Group, float]) -> Spreads:
    of: defaultdict[Group, dict[float, float]] = defaultdict(dict)
    for (*group, bound), count in buckets.items():
        of[tuple(group)][float(bound)] = _whole(count)
    found = {group: spread.of_buckets(counts, sums.get(group, 0.0)) for group, counts in of.items()}
    return {group: one for group, one in found.items() if one.count}


def _groups(samples: Sequence[Sample], labels: Sequence[str]) -> dict[Group, float]:
    return {_group(one.labels, labels): one.value for one in samples}


def _group(labels: Mapping[str, str], by: Sequence[str]) -> Group:
    return tuple(labels.get(name, "") for name in by)


def _matching(selected: str, labels: Mapping[str, str]) -> str:
    """The series of these labels, and those that have more."""
    matchers = [f"{name}={quoted(value)}" for name, value in _series(labels).items()]
    return f"{selected.partition('{')[0]}{{{', '.join(matchers)}}}"


def _series(labels: Mapping[str, str]) -> dict[str, str]:
    """What a series is told apart by, whatever its bucket."""
    return {name: value for name, value in labels.items() if name not in ("__name__", "le")}


def _stretches(times: Sequence[float], step: int) -> Iterator[tuple[float, float]]:
    """From the first to the last of moments that follow each other by a step."""
    if not times:
        return
    start = before = times[0]
    for time in times[1:]:
        if time - before > step * 1.5:
            yield start, before
            start = time
        before = time
    yield start, before


def _alert(labels: Mapping[str, str], started: float, ended: float, period: Period, step: int) -> Alert:
    zone: tzinfo | None = period.since.tzinfo
    still = ended + step >= period.until.timestamp()
    return Alert(
        name=labels.get("alertname", ""),
        severity=labels.get("severity", ""),
        service=labels.get("service_name") or labels.get("service", ""),
        started=datetime.fromtimestamp(int(started), zone),
        ended=None if still else datetime.fromtimestamp(int(ended), zone),
        origin="rule",
    )
