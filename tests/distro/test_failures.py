"""An export that fails is seen, once, with what to do; not in a flood, and wherever the program logs."""

from __future__ import annotations

import logging

import pytest

from otel_voice.export import failures
from tests.distro.conftest import Run
from tests.distro.sink import Sink, refusing

FAIL = """
import logging, sys
{before}
from opentelemetry import trace
trace.get_tracer("t").start_span("lost").end(); logging.getLogger("agent").warning("lost")
"""


@pytest.mark.parametrize("before", ["", "logging.basicConfig(level='INFO')"], ids=["bare", "own handlers"])
@pytest.mark.parametrize("env", [{}, {"OTEL_PYTHON_LOG_AUTO_INSTRUMENTATION": "true"}], ids=["ours", "official"])
def test_the_first_failure_is_seen(before: str, env: dict[str, str], run_against: Run) -> None:
    """One line on stderr names the endpoint, the cause and what to do."""
    with refusing() as endpoint:
        ended = run_against(endpoint, FAIL.format(before=before), **env)
    first = [line for line in ended.err.splitlines() if "does not arrive" in line]
    assert len(first) == 1
    for part in (endpoint, "Connection refused", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SDK_DISABLED=true"):
        assert part in first[0]
    assert "Traceback" not in ended.err


def test_a_refusal_by_the_collector_is_seen(sink: Sink, run_against: Run) -> None:
    """An answer such as 401 is told with its code."""
    sink.status = 401
    ended = run_against(sink.endpoint, FAIL.format(before=""))
    assert "401" in ended.telemetry_lines()[0]


def failure(text: str = "export failed") -> logging.LogRecord:
    return logging.makeLogRecord({"name": "opentelemetry.exporter.otlp", "levelno": logging.ERROR, "msg": text})


def test_repeats_are_told_once_a_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute the next failure says how many there were."""
    now = 0.0
    monkeypatch.setattr(failures.time, "monotonic", lambda: now)
    limited = failures.FailureFilter("http://collector:4318")
    assert [limited.filter(failure()) for _ in range(4)] == [True, False, False, False]
    now = failures.PERIOD + 1
    last = failure()
    assert limited.filter(last)
    assert "3 more failures" in last.getMessage()


def test_the_rest_is_told_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """What was counted and not shown is one line, and only when there is something to tell."""
    limited = failures.FailureFilter("http://collector:4318")
    limited.filter(failure())
    limited.report_rest()
    assert caplog.messages == []
    limited.filter(failure())
    limited.report_rest()
    assert caplog.messages == ["otel_voice: 1 more export failures to http://collector:4318 until the end"]


def test_lesser_records_are_left_as_they_are() -> None:
    """What the SDK says at INFO is not about failures."""
    record = failure("a fact")
    record.levelno = logging.INFO
    assert failures.FailureFilter("http://collector:4318").filter(record)
    assert record.getMessage() == "a fact"
