"""What a program says, told to the test's providers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.capture import guard
from otel_voice.events import alerts, telling, windows
from otel_voice.observation import clock as the_clock
from otel_voice.runtime import runtime
from tests.signals import Signals
from tests.unit.conversing import Clock


class Said(Signals):
    """Signals, and short ways to read them."""

    def events(self, name: str = "") -> list[Any]:
        """The records of an event; of all without a name."""
        records = [readable.log_record for readable in self.logs()]
        return [record for record in records if not name or record.event_name == name]

    def event(self, name: str) -> Any:
        """The only record of an event."""
        [record] = self.events(name)
        return record

    def names(self) -> list[str]:
        """The names of all events, in their order."""
        return [record.event_name for record in self.events()]

    def values(self, metric: str) -> dict[tuple[str, ...], Any]:
        """What a metric says: by its labels the sum, for a histogram with the count."""
        return {tuple(point.attributes.values()): _value(point) for point in self.points(metric)}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[Said]:
    """The process's telemetry is the test's; everything is compared with the schema at the end."""
    monkeypatch.setattr(guard, "strict", True)
    monkeypatch.setattr(telling, "_told", set())
    monkeypatch.setattr(alerts, "_windows", windows.Windows(alerts.WINDOW, alerts.TITLES))
    said = Said()
    runtime().telemetry(**said.providers())
    yield said
    runtime().conversations.close_all()
    runtime().telemetry()
    if not said.checked:
        said.check()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    return clock


def _value(point: Any) -> Any:
    return (point.count, point.sum) if hasattr(point, "count") else point.value
