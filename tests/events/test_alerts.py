"""alert(): told once in a while, with how often it was held back."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

import otel_voice
from otel_voice.events import alerts
from otel_voice.events.windows import Windows
from otel_voice.telemetry import names
from tests.events.conftest import Said
from tests.unit.conversing import Clock

MINUTE = 60.0


@pytest.mark.parametrize(("severity", "log"), [("critical", "ERROR"), ("warning", "WARN"), ("info", "INFO")])
def test_an_alert_is_an_event(said: Said, severity: str, log: str) -> None:
    """With all that Loki's rule needs."""
    otel_voice.alert(severity, "Slow answers", "p95 is 4.2 s", metric="response_latency", value=4.2, threshold=2)
    record = said.event(names.EVENT_VOICE_ALERT)
    assert record.severity_text == log
    assert dict(record.attributes) == {
        names.VOICE_ALERT_SEVERITY: severity,
        names.VOICE_ALERT_TITLE: "Slow answers",
        names.VOICE_ALERT_MESSAGE: "p95 is 4.2 s",
        names.VOICE_ALERT_METRIC: "response_latency",
        names.VOICE_ALERT_VALUE: 4.2,
        names.VOICE_ALERT_THRESHOLD: 2.0,
        names.VOICE_ALERT_SUPPRESSED: 0,
        names.VOICE_LOG_CATEGORY: "error",
    }


def test_the_same_is_told_once_in_fifteen_minutes(said: Said, clock: Clock) -> None:
    """The next one says how often it was held back; another title or severity has a window of its own."""
    for minute in (0.0, 1.0, 14.99):
        clock.at(minute * MINUTE)
        otel_voice.alert("critical", "No line", f"minute {minute}")
    otel_voice.alert("warning", "No line", "less")
    otel_voice.alert("critical", "No voice", "more")
    clock.at(15 * MINUTE)
    otel_voice.alert("critical", "No line", "again")
    told = [
        (record.attributes[names.VOICE_ALERT_MESSAGE], record.attributes[names.VOICE_ALERT_SUPPRESSED])
        for record in said.events()
    ]
    assert told == [("minute 0.0", 0), ("less", 0), ("more", 0), ("again", 2)]
    assert said.values("voice.alerts") == {("critical",): 5, ("warning",): 1}


def test_a_severity_that_is_none_is_a_warning(said: Said, caplog: pytest.LogCaptureFixture) -> None:
    """Told once; the alert goes out."""
    with caplog.at_level(logging.WARNING, "otel_voice"):
        otel_voice.alert("fatal", "No line", "It refuses.")
        otel_voice.alert("fatal", "No voice", "It refuses.")
    [warning] = caplog.messages
    assert "'fatal') is none of critical, warning, info" in warning
    assert [record.attributes[names.VOICE_ALERT_SEVERITY] for record in said.events()] == ["warning", "warning"]


def test_a_flood_of_titles_is_one_alert(said: Said, clock: Clock) -> None:
    """An id in the title cannot flood Alertmanager: beyond a hundred, all are one until the window is over."""
    for number in range(1000):
        otel_voice.alert("critical", f"Call {number} failed", "It refuses.")
    titles = [record.attributes[names.VOICE_ALERT_TITLE] for record in said.events()]
    assert len(titles) == alerts.TITLES + 1
    assert titles[-1] == "_OTHER"
    assert said.events()[-1].attributes[names.VOICE_ALERT_MESSAGE] == "Call 100 failed: It refuses."
    clock.at(15 * MINUTE)
    otel_voice.alert("critical", "Something else", "It refuses.")
    assert said.events()[-1].attributes[names.VOICE_ALERT_TITLE] == "Something else"


def test_threads_tell_it_once() -> None:
    """Of many at the same moment one is told, and all others are counted."""
    windows = Windows(900, 100)
    with ThreadPoolExecutor(8) as pool:
        told = [each for each in pool.map(lambda _: windows.admit("key", "other", 0), range(4000)) if each]
    later = windows.admit("key", "other", 900 * 10**9)
    assert [each.held_back for each in told] == [0]
    assert later is not None
    assert later.held_back == 3999
