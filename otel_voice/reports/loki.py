"""Events of Loki: how often, when, and what they carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, Final

from otel_voice.monitoring.series import label
from otel_voice.reports.answers import Entry, entries, instant, read
from otel_voice.reports.backend import Backend
from otel_voice.reports.model import Alert, Call
from otel_voice.reports.periods import Period
from otel_voice.reports.prometheus import quoted
from otel_voice.reports.source import Group, Totals
from otel_voice.telemetry import names

_ENTRIES: Final = 1000
"""Of one answer; Loki itself gives at most 5,000."""
_BEFORE: Final = 86_400
"""Seconds before a call's end in which its beginning is looked for."""
_IDS: Final = 100


class Loki:
    """The query API of one Loki. Methods raise UnavailableError. `notes` tell what was too much to be told whole."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.notes: list[str] = []

    def check(self) -> None:
        """Whether it answers."""
        self._backend.data("/loki/api/v1/labels", {})

    def counted(
        self, event: str, labels: Sequence[str], service: str | None, periods: Sequence[Period]
    ) -> list[Totals | None]:
        """How often an event was told in each period, by labels; None where it was not.

        Each period is a question: Loki moves the steps of a range query to whole multiples of their length.
        """
        selected = _selected(event, service)
        return [self._counted(selected, labels, period) or None for period in periods]

    def alerts(self, service: str | None, period: Period) -> list[Alert]:
        """What alert() told, the first first."""
        found = self._entries(_selected(names.EVENT_VOICE_ALERT, service), period.since_ns, period.until_ns, "forward")
        if len(found) >= _ENTRIES:
            self.notes.append(f"there are {_ENTRIES} alerts of programs or more; the first are in the report")
        return [_alert(entry, period.since.tzinfo) for entry in found]

    def calls(self, service: str | None, period: Period, before_ns: int, limit: int) -> list[Call]:
        """Calls that ended in the period and before a moment, the newest first."""
        selected = _selected(names.EVENT_VOICE_CONVERSATION_ENDED, service)
        until = min(period.until_ns, before_ns)
        found = self._entries(selected, period.since_ns, until, "backward", limit) if until > period.since_ns else []
        calls = [_call(entry, period.since.tzinfo) for entry in found]
        return [call for first in range(0, len(calls), _IDS) for call in self._begun(calls[first : first + _IDS])]

    def _begun(self, calls: Sequence[Call]) -> Iterator[Call]:
        """The same calls with when they started, where that is told."""
        ids = quoted("|".join(re.escape(call.id) for call in calls))
        selected = _selected(names.EVENT_VOICE_CONVERSATION_STARTED, None)
        since = int(min(call.ended for call in calls).timestamp()) - _BEFORE
        until = int(max(call.ended for call in calls).timestamp()) + 1
        query = f"{selected} | {label(names.VOICE_CONVERSATION_ID)}=~{ids}"
        found = self._entries(query, since * 1_000_000_000, until * 1_000_000_000, "backward")
        started = {entry.labels.get(label(names.VOICE_CONVERSATION_ID)): entry for entry in found}
        for call in calls:
            entry = started.get(call.id)
            yield call if entry is None else replace(call, started=_moment(entry.time_ns, call.ended.tzinfo))

    def _counted(self, selected: str, labels: Sequence[str], period: Period) -> dict[Group, float]:
        told = f"count_over_time({selected} [{period.seconds}s])"
        query = f"sum by ({', '.join(labels)}) ({told})" if labels else f"sum({told})"
        data = self._ask("query", query=query, time=str(period.until_ns))
        with read("Loki"):
            return {tuple(one.labels.get(name, "") for name in labels): int(one.value) for one in instant(data)}

    def _entries(self, query: str, since_ns: int, until_ns: int, direction: str, limit: int = _ENTRIES) -> list[Entry]:
        asked = {"start": str(since_ns), "end": str(until_ns), "direction": direction, "limit": str(limit)}
        data = self._ask("query_range", query=query, **asked)
        with read("Loki"):
            return sorted(entries(data), key=lambda entry: entry.time_ns, reverse=direction == "backward")

    def _ask(self, path: str, **query: str) -> Any:
        return self._backend.data(f"/loki/api/v1/{path}", query)


def _selected(event: str, service: str | None) -> str:
    category = names.EVENTS[event].category
    of = f", service_name={quoted(service)}" if service else ""
    return f"{{{label(names.VOICE_LOG_CATEGORY)}={quoted(category)}{of}}} | event_name={quoted(event)}"


def _alert(entry: Entry, zone: tzinfo | None) -> Alert:
    said = entry.labels
    return Alert(
        name=said.get(label(names.VOICE_ALERT_TITLE), ""),
        severity=said.get(label(names.VOICE_ALERT_SEVERITY), ""),
        service=said.get("service_name", ""),
        started=_moment(entry.time_ns, zone),
        ended=None,
        origin="program",
        message=said.get(label(names.VOICE_ALERT_MESSAGE), ""),
    )


def _call(entry: Entry, zone: tzinfo | None) -> Call:
    said = entry.labels
    return Call(
        id=said.get(label(names.VOICE_CONVERSATION_ID), ""),
        service=said.get("service_name", ""),
        ended=_moment(entry.time_ns, zone),
        ended_ns=entry.time_ns,
        outcome=said.get(label(names.VOICE_CONVERSATION_OUTCOME), ""),
        turns=_number(said.get(label(names.VOICE_CONVERSATION_TURNS)), int),
        channel=said.get(label(names.VOICE_CONVERSATION_CHANNEL)),
        direction=said.get(label(names.VOICE_CONVERSATION_DIRECTION)),
        cost=_number(said.get(label(names.VOICE_COST)), float),
    )


def _number(text: str | None, kind: Any) -> Any:
    try:
        return None if text is None else kind(text)
    except ValueError:
        return None


def _moment(time_ns: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(time_ns // 1_000_000_000, zone)
