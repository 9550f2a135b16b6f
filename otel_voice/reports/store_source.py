"""The embedded store as a source: every span and event of the period is read once and counted exactly."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from otel_voice.local import decoding, rows
from otel_voice.local.errors import LocalError
from otel_voice.local.telling import Told, ToldEvent, ToldSpan
from otel_voice.reports import spread
from otel_voice.reports.errors import UnavailableError
from otel_voice.reports.measurements import Measurement, of_event, of_span
from otel_voice.reports.model import Alert, Call
from otel_voice.reports.periods import Period
from otel_voice.reports.source import Group, Spreads, Totals, unknown_service
from otel_voice.telemetry import names

T = TypeVar("T")
_ALERTS: Final = 1000
_ASKED_FOR: Final = (
    names.EVENT_VOICE_CONVERSATION_STARTED,
    names.EVENT_VOICE_CONVERSATION_ENDED,
    names.EVENT_VOICE_ALERT,
)
"""The events that are asked for as such; of all others the measurements are kept alone."""


class _Kept(NamedTuple):
    """One measurement; `labels` are the values of its metric's labels, one object for all that are alike."""

    time_ns: int
    value: float
    labels: Group


class StoreSource:
    """One store, read for one period. Raises UnavailableError when it is made."""

    name = "store"
    quantiles = "exact"

    def __init__(self, path: Path, period: Period, service: str | None = None) -> None:
        self._service = service
        self._measured: defaultdict[str, list[_Kept]] = defaultdict(list)
        self._labels: dict[Group, Group] = {}
        self._events: defaultdict[str, list[ToldEvent]] = defaultdict(list)
        self._calls: list[Call] = []
        self._known: defaultdict[str, list[int]] = defaultdict(list)
        try:
            with Told(path) as told:
                self._read(told, period)
                self._oldest_ns = told.oldest_ns()
                self._services = told.services()
        except LocalError as error:
            raise UnavailableError(str(error)) from error

    def totals(self, metric: str, by: Sequence[str], periods: Sequence[Period]) -> list[Totals | None]:
        """What a counter counted."""
        return self._answers(metric, by, periods, sum)

    def spreads(self, metric: str, by: Sequence[str], periods: Sequence[Period]) -> list[Spreads | None]:
        """What a histogram recorded."""
        return self._answers(metric, by, periods, spread.of_values)

    def highest(self, metric: str, by: Sequence[str], periods: Sequence[Period]) -> list[Totals | None]:
        """The highest value of a gauge."""
        return self._answers(metric, by, periods, max)

    def happened(self, event: str, by: Sequence[str], periods: Sequence[Period]) -> list[Totals | None]:
        """How often an event was told."""
        told = self._events[event]
        moments = [one.time_ns for one in told]
        return [
            Counter(_group(one.attributes, by) for one in told[_within(moments, period)]) or None for period in periods
        ]

    def alerts(self, period: Period) -> list[Alert]:
        """What alert() told."""
        return [_alert(told, period.since.tzinfo) for told in self._events[names.EVENT_VOICE_ALERT]][:_ALERTS]

    def gaps(self, period: Period) -> list[str]:
        """What the store no longer has, or never had."""
        found = []
        if self._oldest_ns is None:
            found.append("the store is empty")
        elif self._oldest_ns > period.since_ns:
            first = datetime.fromtimestamp(self._oldest_ns // 1_000_000_000, period.since.tzinfo)
            found.append(
                f"the store begins at {first.isoformat()}: of what was before it, the oldest conversations were given "
                "up for newer ones, or there were none"
            )
        found.extend(unknown_service(self._service, self._services))
        if len(self._events[names.EVENT_VOICE_ALERT]) > _ALERTS:
            found.append(f"there are more than {_ALERTS} alerts; the first are in the report")
        return found

    def calls(self, period: Period, before_ns: int, limit: int) -> list[Call]:
        """Calls that ended in the period and before a moment, the newest first."""
        until = min(before_ns, period.until_ns)
        return list(islice((call for call in reversed(self._calls) if period.since_ns <= call.ended_ns < until), limit))

    def _read(self, told: Told, period: Period) -> None:
        for span in told.spans(period.since_ns, period.until_ns):
            if self._service in (None, span.service):
                self._keep(of_span(span))
                if span.role == rows.CONVERSATION:
                    self._calls.append(_call(span, period.since.tzinfo))
        for event in told.events(period.since_ns, period.until_ns):
            if self._service in (None, event.service):
                self._keep(of_event(event))
                if event.name in _ASKED_FOR:
                    self._events[event.name].append(event)
        for name, time_ns in told.metrics(period.since_ns, period.until_ns, self._service):
            self._known[name].append(time_ns)
        for moments in self._known.values():
            moments.sort()
        for measured in self._measured.values():
            measured.sort(key=lambda one: one.time_ns)

    def _keep(self, measured: Iterator[Measurement]) -> None:
        for one in measured:
            labels = _group(one.attributes, names.METRICS[one.metric].labels)
            kept = _Kept(one.time_ns, one.value, self._labels.setdefault(labels, labels))
            self._measured[one.metric].append(kept)

    def _answers(
        self, metric: str, by: Sequence[str], periods: Sequence[Period], of: Callable[[list[float]], T]
    ) -> list[Any]:
        measured = self._measured[metric]
        places = [names.METRICS[metric].labels.index(attribute) for attribute in by]
        moments = [one.time_ns for one in measured]
        return [
            _grouped(found, places, of)
            if (found := measured[_within(moments, period)])
            else self._nothing(metric, period)
            for period in periods
        ]

    def _nothing(self, metric: str, period: Period) -> dict[Group, Any] | None:
        """Nothing happened where the program told of the metric all the same; else nothing is known of it."""
        known = self._known[metric]
        return {} if known[_within(known, period)] else None


def _grouped(found: Sequence[_Kept], places: Sequence[int], of: Callable[[list[float]], T]) -> dict[Group, T]:
    values: defaultdict[Group, list[float]] = defaultdict(list)
    for one in found:
        values[tuple(one.labels[place] for place in places)].append(one.value)
    return {group: of(each) for group, each in values.items()}


def _group(attributes: Mapping[str, Any], by: Sequence[str]) -> Group:
    return tuple(str(attributes.get(attribute, "")) for attribute in by)


def _within(moments: Sequence[int], period: Period) -> slice:
    """The place of a period in ordered moments."""
    return slice(bisect_right(moments, period.since_ns - 1), bisect_right(moments, period.until_ns - 1))


def _alert(told: ToldEvent, zone: tzinfo | None) -> Alert:
    said = told.attributes
    return Alert(
        name=str(said.get(names.VOICE_ALERT_TITLE, "")),
        severity=str(said.get(names.VOICE_ALERT_SEVERITY, "")),
        service=told.service,
        started=moment(told.time_ns, zone),
        ended=None,
        origin="program",
        message=str(said.get(names.VOICE_ALERT_MESSAGE, "")),
    )


def _call(span: ToldSpan, zone: tzinfo | None) -> Call:
    said = span.attributes
    return Call(
        id=str(said.get(names.VOICE_CONVERSATION_ID, "")),
        service=span.service,
        ended=moment(span.end_ns, zone),
        ended_ns=span.end_ns,
        outcome=str(said.get(names.VOICE_CONVERSATION_OUTCOME, "completed")),
        turns=decoding.whole(said, names.VOICE_CONVERSATION_TURNS),
        started=moment(span.start_ns, zone),
        duration=max(0, span.end_ns - span.start_ns) / 1e9,
        channel=_text(said.get(names.VOICE_CONVERSATION_CHANNEL)),
        direction=_text(said.get(names.VOICE_CONVERSATION_DIRECTION)),
        cost=decoding.number(said, names.VOICE_CONVERSATION_COST),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def moment(time_ns: int, zone: tzinfo | None) -> datetime:
    """To the second below."""
    return datetime.fromtimestamp(time_ns // 1_000_000_000, zone)
