"""The checks as a metric: asked whenever metrics are collected, and never waited for."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.health import statuses
from otel_voice.health.asked import Asked
from otel_voice.health.checks import Check, Checks
from otel_voice.health.statuses import Statuses
from otel_voice.settings import Settings
from otel_voice.telemetry import health_checks, names
from tests.distro.sink import Sink
from tests.health.test_server import Start, start, until  # noqa: F401 - `start` is a fixture
from tests.schema_check import check_sink
from tests.signals import Signals

STATUS = names.METRIC_VOICE_HEALTH_CHECK_STATUS


class Exported:
    """What a collection tells of each check."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def __call__(self) -> dict[str, tuple[int, bool]]:
        """Collect: by its name, 1 or 0, and whether it is critical."""
        return {
            point.attributes[names.VOICE_HEALTH_CHECK_NAME]: (
                point.value,
                point.attributes[names.VOICE_HEALTH_CHECK_CRITICAL],
            )
            for point in self._signals.points(STATUS)
        }


@pytest.fixture
def exported(signals: Signals, checks: Checks, roomy: None, monkeypatch: pytest.MonkeyPatch) -> Exported:
    monkeypatch.setattr("otel_voice.health.asked.FRESH", 0.0)
    monkeypatch.setattr(statuses, "PATIENCE", 30.0)
    health_checks.tell(Statuses(Asked(Settings(), checks).report), signals.meter_provider)
    return Exported(signals)


@pytest.fixture
def hanging() -> Iterator[threading.Event]:
    """Holds a check until the end of the test."""
    held = threading.Event()
    yield held
    held.set()


def test_each_check_is_1_or_0(exported: Exported, checks: Checks) -> None:
    """Those of the program beside those that every process has."""
    checks.add(Check("database", lambda: False))
    checks.add(Check("cache", lambda: None, critical=False))
    found = exported()
    assert (found["database"], found["cache"]) == ((0, True), (1, False))
    assert found["memory"] == (1, True)


def test_it_follows_the_check(exported: Exported, checks: Checks) -> None:
    """What fails and is well again is told; one that is taken back is told no more, and alerts nobody for ever."""
    well = False
    checks.add(Check("database", lambda: well))
    assert exported()["database"] == (0, True)
    well = True
    assert exported()["database"] == (1, True)
    checks.remove("database")
    assert "database" not in exported()


def test_a_check_that_hangs_holds_no_export(
    exported: Exported, checks: Checks, hanging: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are told as they were the time before."""
    assert exported()["memory"] == (1, True)
    monkeypatch.setattr(statuses, "PATIENCE", 0.0)
    checks.add(Check("database", hanging.wait, timeout=600.0))
    assert exported()["memory"] == (1, True)
    assert "database" not in exported()


REGISTERED = """
import time, otel_voice
otel_voice.register_check("database", lambda: False)
otel_voice.register_check("cache", lambda: True, critical=False)
print("ready", flush=True)
time.sleep(600)
"""


def told(sink: Sink) -> dict[str, float]:
    """By their names, what was told last."""
    points = [point for point in sink.points() if point.name == STATUS]
    return {point.attributes[names.VOICE_HEALTH_CHECK_NAME]: point.value for point in points}


@pytest.mark.parametrize("port_is_open", [True, False], ids=["health is on", "a check is registered"])
def test_a_program_exports_them(start: Start, port_is_open: bool) -> None:  # noqa: F811
    """Over OTLP, with the port and without it: nobody has to ask for a page."""
    with Sink() as sink:
        start(
            REGISTERED,
            **({} if port_is_open else {"OTEL_VOICE_HEALTH_PORT": ""}),
            OTEL_EXPORTER_OTLP_ENDPOINT=sink.endpoint,
            OTEL_METRICS_EXPORTER="otlp",
            OTEL_METRIC_EXPORT_INTERVAL="300",
        )
        until(lambda: told(sink).get("database") == 0 and told(sink).get("cache") == 1)
        assert told(sink).keys() >= {"memory", "disk", "exporter", "queue", "dropped", "providers", "calls"}
        check_sink(sink)


FORKED = """
import os, time, otel_voice
otel_voice.register_check("database", lambda: os.getpid() != parent)
parent = os.getpid()
from opentelemetry import metrics
metrics.get_meter_provider().force_flush()
child = os.fork()
while child or os.getppid() == parent:
    time.sleep(0.05)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_tells_its_own(start: Start) -> None:  # noqa: F811
    """A worker has the checks that its parent registered, and asks them itself."""
    with Sink() as sink:
        program = start(
            FORKED,
            OTEL_VOICE_HEALTH_PORT="",
            OTEL_EXPORTER_OTLP_ENDPOINT=sink.endpoint,
            OTEL_METRICS_EXPORTER="otlp",
            OTEL_METRIC_EXPORT_INTERVAL="300",
        )
        until(lambda: {0, 1} <= {point.value for point in database(sink)})
        program.process.kill()
        told = {(point.resource.get("service.instance.id"), point.value) for point in database(sink)}
    assert len(told) == 2  # none of the two says what the other one does


def database(sink: Sink) -> list[Any]:
    """What was told of this check."""
    points = [point for point in sink.points() if point.name == STATUS]
    return [point for point in points if point.attributes[names.VOICE_HEALTH_CHECK_NAME] == "database"]
