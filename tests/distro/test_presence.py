"""voice.process.up: a service that is down is told from one that was ended, by what each process said last."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.distro.conftest import Run
from tests.distro.program import Program
from tests.distro.sink import Sink
from tests.schema_check import check_sink

UP = "voice.process.up"
PRELUDE = """
import multiprocessing, os, signal, sys, time
from opentelemetry import metrics

def told():
    metrics.get_meter_provider().force_flush()

told()
"""
MEANT = {
    "return": "",
    "sys.exit": "sys.exit(3)",
    "SIGTERM": "os.kill(os.getpid(), signal.SIGTERM); time.sleep(30)",
    "SIGINT": "signal.signal(signal.SIGINT, signal.default_int_handler); os.kill(os.getpid(), signal.SIGINT)",
    "an error that was caught": "try: 1 / 0\nexcept ZeroDivisionError: sys.exit(0)",
}


def said(sink: Sink) -> list[float]:
    """What was said, in its order."""
    return [point.value for point in sink.points() if point.name == UP]


@pytest.mark.parametrize("ending", MEANT)
def test_an_end_that_was_meant_is_0(ending: str, sink: Sink, run_against: Run) -> None:
    """In the last export, however the process ends."""
    run_against(sink.endpoint, PRELUDE + MEANT[ending])
    assert said(sink) == [1, 0]
    check_sink(sink)


def test_who_is_gone_before_the_first_export_says_nothing(sink: Sink, run_against: Run) -> None:
    """Nobody waits for him, and a script is no export and no series."""
    run_against(sink.endpoint, "pass")
    assert sink.requests() == []


def test_an_error_that_nobody_caught_leaves_1(sink: Sink, run_against: Run) -> None:
    """The program did not mean to end: whoever waits for its next export waits in vain."""
    assert run_against(sink.endpoint, PRELUDE + "raise ValueError('of the program')").status == 1
    assert said(sink) == [1, 1]


def test_a_killed_process_leaves_1(sink: Sink, tmp_path: Path) -> None:
    """It is told all along, not only at the end."""
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint, "OTEL_METRIC_EXPORT_INTERVAL": "200"}
    program = Program(tmp_path, "import time; time.sleep(600)", env)
    try:
        sink.wait_until(said)
    finally:
        program.process.send_signal(signal.SIGKILL)
        program.end()
    assert set(said(sink)) == {1.0}


def test_a_process_that_outlives_its_flush_is_up(sink: Sink, tmp_path: Path) -> None:
    """The kernel spares the first process of a container; here it is never asked to kill."""
    text = PRELUDE + "kill, os.kill = os.kill, lambda *_: None; kill(os.getpid(), signal.SIGTERM); time.sleep(600)"
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint, "OTEL_METRIC_EXPORT_INTERVAL": "200"}
    program = Program(tmp_path, text, env)
    try:
        sink.wait_until(lambda sink: 0 in said(sink) and said(sink)[-1] == 1)
    finally:
        program.process.kill()
        program.end()


@pytest.mark.parametrize(
    "child",
    [
        "pid = os.fork()\nif not pid: told(); sys.exit(0)\nos.waitpid(pid, 0)",
        "p = multiprocessing.get_context('fork').Process(target=told); p.start(); p.join()",
    ],
    ids=["os.fork", "multiprocessing"],
)
def test_a_forked_child_tells_its_own(child: str, sink: Sink, run_against: Run) -> None:
    """Each of the two says 1 and 0 of itself, and the parent is still up when its child has ended."""
    run_against(sink.endpoint, f"{PRELUDE}{child}\ntold()")
    points = [point for point in sink.points() if point.name == UP]
    assert [point.value for point in points] == [1, 1, 0, 1, 0]
    processes = [point.resource.get("service.instance.id") for point in points]
    if any(processes):  # older SDKs do not tell processes apart
        parent, child = processes[0], processes[1]
        assert parent != child and processes == [parent, child, child, parent, parent]
