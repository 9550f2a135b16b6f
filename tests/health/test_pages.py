"""The pages: what they say, and that asking costs nothing."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from prometheus_client.parser import text_string_to_metric_families

from otel_voice.export import pulled
from otel_voice.health import builtin
from otel_voice.health.activity import ACTIVITY
from otel_voice.health.asked import Asked
from otel_voice.health.checks import Check, Checks
from otel_voice.health.pages import Answer, Pages
from otel_voice.settings import Settings
from tests.health.conftest import Ask, said

BUILT_IN = ["calls", "event_loop", "memory", "disk", "providers", "exporter", "queue", "dropped"]


def test_alive(ask: Ask) -> None:
    """/health answers while the process does, whatever its checks say."""
    answer = ask("/health")
    assert (answer.status, said(answer)) == (200, {"status": "ok"})
    assert ("Cache-Control", "no-store") in answer.headers()


def test_ready_names_the_critical_check_that_fails(ask: Ask, checks: Checks) -> None:
    """503 with its name and what it said; one that is not critical leaves the process ready."""
    checks.add(Check("cache", bool, critical=False))
    checks.add(Check("database", lambda: 1 / 0))
    answer = ask("/health/ready")
    assert answer.status == 503
    assert said(answer) == {
        "status": "failed",
        "failing": [{"check": "database", "detail": "ZeroDivisionError: division by zero"}],
    }


def test_ready_though_degraded(ask: Ask, checks: Checks) -> None:
    """A check that is not critical takes no process out of service."""
    checks.add(Check("cache", bool, critical=False))
    answer = ask("/health/ready")
    assert (answer.status, said(answer)) == (200, {"status": "degraded", "failing": []})
    assert said(ask("/status"))["failing"] == ["cache"]


def test_detailed_tells_every_check(ask: Ask, checks: Checks) -> None:
    """Ours and the program's, each with the same four fields."""
    checks.add(Check("database", lambda: "3 connections"))
    told = said(ask("/health/detailed"))
    assert list(told["checks"]) == [*BUILT_IN, "database"]
    database = told["checks"]["database"]
    assert database.pop("duration_seconds") >= 0
    assert database == {"ok": True, "critical": True, "detail": "3 connections"}
    assert told["status"] == "ok", told


def test_a_check_of_the_program_stands_in_the_place_of_ours(ask: Ask, checks: Checks) -> None:
    """By its name: so the program decides what is critical to it."""
    checks.add(Check("memory", lambda: False, critical=False))
    told = said(ask("/health/detailed"))["checks"]
    assert told["memory"]["detail"] == "returned False"
    assert sorted(told) == sorted(BUILT_IN)


@pytest.mark.usefixtures("roomy")
def test_calls_against_their_limit(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    """With as many calls as may be, the process is not ready for another."""
    monkeypatch.setattr(ACTIVITY, "open_calls", lambda: 2)
    full = limited(2, checks)
    assert said(full)["failing"] == [{"check": "calls", "detail": "2 active, the limit is 2"}]
    assert limited(3, checks).status == 200


def limited(calls: int, checks: Checks) -> Answer:
    """What a process says that may have so many calls."""
    settings = Settings(health_max_calls=calls)
    return Pages(settings, Asked(settings, checks)).answer("GET", "/health/ready").result(30)


def test_calls_in_numbers(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is open, how calls ended, how long callers waited, and how each provider did."""
    monkeypatch.setattr(ACTIVITY, "open_calls", lambda: 2)
    for outcome, seconds in (("completed", 60.0), ("failed", 2.0)):
        ACTIVITY.call_ended(outcome, seconds)
    for latency in (0.5, 0.7, None):
        ACTIVITY.turn_ended(latency, interrupted=latency is None)
    ACTIVITY.operation_ended("openai", None)
    ACTIVITY.operation_ended("openai", "429")
    assert said(ask("/metrics/calls")) == {
        "active": 2,
        "limit": None,
        "ended": {"completed": 1, "failed": 1},
        "turns": 3,
        "interrupted": 1,
        "duration_seconds": {"count": 2, "median": 60.0, "p95": 60.0, "max": 60.0},
        "response_latency_seconds": {"count": 2, "median": 0.7, "p95": 0.7, "max": 0.7},
        "providers": {"openai": {"operations": 2, "failed": 1, "last_error": "429"}},
    }


def test_system_in_numbers(ask: Ask) -> None:
    """Of the process and of the machine."""
    told = said(ask("/metrics/system"))
    assert told["process"]["uptime_seconds"] > 0 and told["process"]["threads"] >= 1
    assert told["machine"]["disk_total_bytes"] >= told["machine"]["disk_used_bytes"] > 0
    assert told["event_loop"] == {"lag_seconds": None}


def test_status_in_short(ask: Ask) -> None:
    """One line of JSON for a person in a hurry."""
    assert set(said(ask("/status"))) == {"status", "version", "process", "uptime_seconds", "calls_active", "failing"}


def test_all_at_once(ask: Ask) -> None:
    """/monitoring/metrics has what the two JSON pages have, and every metric that is measured."""
    told = said(ask("/monitoring/metrics"))
    assert set(told) == {"calls", "system", "metrics"}
    assert told["calls"] == said(ask("/metrics/calls"))


def test_prometheus_can_read_it(ask: Ask, checks: Checks) -> None:
    """Prometheus' own parser finds each check with its state."""
    checks.add(Check("data.base-1", bool, critical=False))
    answer = ask("/metrics")
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.body.decode())}
    states = {
        sample.labels["check"]: (sample.labels["critical"], sample.value)
        for sample in families["otel_voice_health_check_ok"].samples
    }
    assert states["data.base-1"] == ("false", 0.0)
    assert set(states) == {*BUILT_IN, "data.base-1"}
    assert families["otel_voice_health_calls_active"].samples[0].value == 0.0


def test_a_measured_metric_that_cannot_be_collected_takes_nothing_else_away(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A callback of the program's own instrument may raise."""
    monkeypatch.setattr(pulled, "families", lambda: 1 / 0)
    assert b"otel_voice_health_check_ok" in ask("/metrics").body
    assert said(ask("/monitoring/metrics"))["metrics"] == []


@pytest.mark.parametrize("path", ["/", "", "/healthz", "/metrics/nothing", "/health/../etc/passwd", "/%00"])
def test_an_unknown_path_is_told_in_json(ask: Ask, path: str) -> None:
    """404 with the pages there are, and nothing of what was asked for."""
    answer = ask(path)
    assert answer.status == 404
    assert set(said(answer)) == {"error", "pages"} and "/health/ready" in said(answer)["pages"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_a_wrong_method_is_told_with_the_right_ones(ask: Ask, method: str) -> None:
    """405, with the header that HTTP asks for."""
    answer = ask("/health", method)
    assert answer.status == 405 and "error" in said(answer)
    assert ("Allow", "GET, HEAD") in answer.headers()


@pytest.mark.parametrize("path", ["/health/", "/health?verbose=1", "/metrics/calls/?a=b"])
def test_queries_and_a_slash_at_the_end_do_not_matter(ask: Ask, path: str) -> None:
    """Probes are written by many hands."""
    assert ask(path).status == 200


def test_numbers_that_json_does_not_know_are_null(ask: Ask) -> None:
    """NaN and infinity would make the page unreadable."""
    ACTIVITY.turn_ended(float("inf"), interrupted=False)
    ACTIVITY.call_ended("completed", float("nan"))
    told = json.loads(ask("/metrics/calls").body, parse_constant=lambda name: pytest.fail(name))
    assert told["response_latency_seconds"]["max"] is None


def test_a_storm_of_scrapes_asks_each_check_once(pages: Pages, checks: Checks) -> None:
    """200 at the same time wait for one examination, and all get its result."""
    asked, storm = [], threading.Event()
    checks.add(Check("database", lambda: asked.append(1) or storm.wait(20)))
    futures = [pages.answer("GET", "/health/ready") for _ in range(200)]
    storm.set()
    assert not wait(futures, 30).not_done
    assert {future.result().status for future in futures} == {200}
    assert len(asked) == 1
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda path: pages.answer("GET", path).result(30), ["/metrics"] * 200))
    assert {answer.status for answer in answers} == {200}


def test_somebody_who_goes_away_takes_no_answer_from_the_others(pages: Pages, checks: Checks) -> None:
    """A cancelled request does not cancel what others wait for."""
    storm = threading.Event()
    checks.add(Check("database", lambda: storm.wait(20)))
    gone, waiting = (pages.answer("GET", "/health/ready") for _ in range(2))
    assert not gone.cancel()
    storm.set()
    assert waiting.result(30).status == 200


def test_a_provider_of_whose_operations_half_fail() -> None:
    """It is named with the last error; few outcomes prove nothing, and old ones do not count."""
    for error in (None, "503", "503", "timeout"):
        ACTIVITY.operation_ended("deepgram", error)
    ACTIVITY.operation_ended("openai", None)
    assert builtin.providers() == "deepgram, openai"
    ACTIVITY.operation_ended("deepgram", None)
    with pytest.raises(builtin.UnhealthyError, match=r"^deepgram: 3 of 5 failed, the last with timeout$"):
        builtin.providers()
    outcomes = ACTIVITY.providers["deepgram"].recent
    old = [(at - builtin.PROVIDER_WINDOW - 1, error) for at, error in outcomes]
    outcomes.clear()
    outcomes.extend(old)
    assert builtin.providers() == "openai"
