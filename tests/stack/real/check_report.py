"""Reports from Prometheus and Loki: the same numbers as from the embedded store that was told the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from otel_voice.local.receiver import Receiver
from otel_voice.local.store import Store
from otel_voice.reports import making, opening
from otel_voice.reports.making import Question
from otel_voice.reports.model import Report, Spread
from otel_voice.reports.periods import Period
from otel_voice.reports.prometheus_source import PrometheusSource
from otel_voice.telemetry import names
from tests.stack.real.otlp import attributes, log, logs
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack
from tests.stack.real.tee import Tee

pytestmark = pytest.mark.timeout(300)

PROGRAM = """
import otel_voice
with otel_voice.conversation(channel="phone", direction="inbound") as call:
    otel_voice.event("csat.received", team="sales", score=4)
    otel_voice.event("appointment.booked", service="haircut")
    otel_voice.event("handoff.requested", team="sales", reason="asked")
    otel_voice.event("sentiment.measured", sentiment="positive")
    otel_voice.event("language.detected", language="de")
    otel_voice.event("qualification.completed", outcome="qualified")
    otel_voice.event("conversation.created", team="sales")
    otel_voice.event("conversation.first_response", team="sales", duration=40)
    otel_voice.event("queue.depth", queue="line", depth=7)
    otel_voice.event("queue.wait", queue="line", duration=20)
    otel_voice.event("agent.load", agent="ada", team="sales", open=9)
    call.state("greeting")
otel_voice.alert("critical", "No line", "The carrier refuses calls.")
"""
SIX_MINUTES = 360


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Without what no report asks."""
    made = Stack(tmp_path_factory.mktemp("stack"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def both(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Report, Report]]:
    """The reports of a store and of the stack, after a call with providers and two of programs that ended at once."""
    path = tmp_path_factory.mktemp("store") / "store.sqlite3"
    since = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(minutes=1)
    with (
        Store(path) as store,
        Receiver(store.add, http_port=0, grpc_port=0) as receiver,
        Tee(receiver.endpoint, stack.endpoint) as tee,
    ):
        _run([sys.executable, "-m", "otel_voice.cli.main", "demo", "--endpoint", tee.endpoint], {})
        for _ in range(2):
            told = {"OTEL_EXPORTER_OTLP_ENDPOINT": tee.endpoint, "OTEL_SERVICE_NAME": "by-hand"}
            _run(["opentelemetry-instrument", sys.executable, "-c", PROGRAM], told)
    archive = opening.StackArchive(stack._url("prometheus"), stack._url("loki"))
    question = Question(Period(since, since + timedelta(minutes=30)))

    of_store = opening.report(opening.StoreArchive(path), question, since)
    assert (of_store.total.calls.ended, of_store.total.calls.started) == (3, 3), "what programs told came to the store"

    def arrived() -> bool:
        report = opening.report(archive, question, since)
        return (report.total.calls.ended, report.total.calls.started) == (3, 3) and bool(report.alerts)

    eventually(arrived, "three calls and an alert in the report of the stack")
    yield of_store, opening.report(archive, question, since)


def test_calls(both: tuple[Report, Report]) -> None:
    """As many began and ended, with the same outcomes, rates, channels and hours."""
    of_store, of_stack = both
    assert of_stack.total.calls.outcomes == of_store.total.calls.outcomes
    assert of_stack.total.calls.abandoned_at == of_store.total.calls.abandoned_at == {"greeting": 2}
    assert of_stack.total.calls.channels == of_store.total.calls.channels
    assert of_stack.total.calls.success_rate == of_store.total.calls.success_rate
    assert (of_store.total.calls.started, of_store.total.calls.ended) == (3, 3)
    assert sum((of_stack.peak_hours or {}).values()) == sum((of_store.peak_hours or {}).values()) == 3


@pytest.mark.parametrize("figure", ["response_latency", "time_to_first_word", "dead_air"])
def test_spreads(both: tuple[Report, Report], figure: str) -> None:
    """As many values with the same sum."""
    of_store, of_stack = (getattr(report.total.talk, figure) for report in both)
    alike(of_store, of_stack)


def test_stages_and_interruptions(both: tuple[Report, Report]) -> None:
    """Stage by stage; how long an answer waited to be heard may be told after its metrics were collected."""
    of_store, of_stack = (report.total.talk for report in both)
    assert of_store.stages is not None and of_stack.stages is not None
    assert of_stack.stages.keys() - {"playback"} == of_store.stages.keys() - {"playback"}
    for stage in of_store.stages.keys() - {"playback"}:
        alike(of_store.stages[stage], of_stack.stages[stage])
    assert of_stack.interruptions == of_store.interruptions and of_store.interruptions


def test_providers(both: tuple[Report, Report]) -> None:
    """The same requests and errors of the same providers."""
    of_store, of_stack = (report.total.providers for report in both)
    assert [(use.provider, use.operation, use.requests, use.errors) for use in of_stack] == [
        (use.provider, use.operation, use.requests, use.errors) for use in of_store
    ]
    assert any(use.failed for use in of_store)
    for one, other in zip(of_store, of_stack, strict=True):
        alike(one.duration, other.duration)


def test_what_was_spent(both: tuple[Report, Report]) -> None:
    """Tokens, seconds, characters and dollars."""
    of_store, of_stack = (report.total.spent for report in both)
    for figure in ("input_tokens", "output_tokens", "heard", "spoken", "characters", "cost", "cost_per_call"):
        assert getattr(of_stack, figure) == pytest.approx(getattr(of_store, figure)), figure
    alike(of_store.cost_of_calls, of_stack.cost_of_calls)


def test_business_teams_and_queues(both: tuple[Report, Report]) -> None:
    """What programs told that ended before their metrics were collected a second time."""
    of_store, of_stack = (report.total for report in both)
    for figure in ("appointments", "qualifications", "handoffs", "sentiments", "languages"):
        assert getattr(of_stack.business, figure) == getattr(of_store.business, figure) != {}, figure
    [team, other] = *of_store.teams, *of_stack.teams
    assert (
        (other.name, other.cases, other.handoffs)
        == (team.name, team.cases, team.handoffs)
        == ("sales", {"created": 2}, 2)
    )
    assert other.most_open == team.most_open == 9
    assert of_stack.queues[0].deepest == of_store.queues[0].deepest == 7
    alike(of_store.queues[0].wait, of_stack.queues[0].wait)


def test_alerts(both: tuple[Report, Report]) -> None:
    """What the program told, with its time; nothing of rules, since none fired."""
    of_store, of_stack = both
    assert of_store.alerts and [one for one in of_stack.alerts or () if one.origin == "program"] == list(
        of_store.alerts
    )


def test_history_that_is_not_there_is_said(both: tuple[Report, Report]) -> None:
    """Prometheus is younger than the period."""
    assert any("Prometheus has no history of" in note for note in both[1].notes)


def test_borders_births_and_resets(stack: Stack) -> None:
    """A counter is counted exactly: by the period of each sample, from nothing where it is new, across a reset."""
    until = datetime.now(timezone.utc).replace(microsecond=0)
    start = until - timedelta(seconds=3 * SIX_MINUTES)
    values = [5] * 24 + [8] * 24 + [3] * 12 + [4] * 11
    points = [
        {
            "timeUnixNano": str(int((start + timedelta(seconds=15 * (place + 1))).timestamp()) * 10**9),
            "asInt": str(value),
        }
        for place, value in enumerate(values)
    ]
    another = [{**point, "asInt": "100"} for point in points]
    for of, told in ({}, points), ({"service.instance.id": "another"}, another):
        stack.send("metrics", _counter(names.METRIC_VOICE_FALLBACKS, {"service.name": "borders", **of}, told))
    source = PrometheusSource(stack._url("prometheus"), stack._url("loki"), "borders")
    borders = [start + timedelta(seconds=SIX_MINUTES * place) for place in range(4)]
    periods = [Period(*pair) for pair in pairwise(borders)]

    def counted() -> list[Any]:
        found = source.totals(names.METRIC_VOICE_FALLBACKS, (), [*periods, Period(start, until)])
        return [] if None in found else [totals[()] for totals in found if totals]

    assert eventually(counted, "the counter in every period") == [105, 3, 4, 112]


def test_events_are_counted_by_period(stack: Stack) -> None:
    """Wherever the borders are: Loki itself would move them to multiples of the length."""
    until = datetime.now(timezone.utc).replace(microsecond=0)
    borders = [until - timedelta(seconds=SIX_MINUTES * place) for place in (3, 2, 1, 0)]
    said = {"voice.log.category": "app"}
    records = [
        log("x", said, eventName=names.EVENT_VOICE_MESSAGE_SENT, timeUnixNano=str(int(at.timestamp()) * 10**9))
        for at in (
            borders[0] + timedelta(seconds=5),
            borders[1] - timedelta(seconds=5),
            borders[3] - timedelta(seconds=5),
        )
    ]
    stack.send("logs", logs(*records))
    source = PrometheusSource(stack._url("prometheus"), stack._url("loki"), "by-hand")
    periods = [Period(*pair) for pair in pairwise(borders)]

    def counted() -> list[Any] | None:
        found = [told and told[()] for told in source.happened(names.EVENT_VOICE_MESSAGE_SENT, (), periods)]
        return found if found[0] and found[2] else None

    assert eventually(counted, "events in the periods") == [2, None, 1]


def test_a_histogram_across_a_reset(stack: Stack) -> None:
    """Its buckets, its count and its sum are those of both of its lives."""
    until = datetime.now(timezone.utc).replace(microsecond=0)
    points = [
        {
            "timeUnixNano": str(int((until - timedelta(seconds=seconds)).timestamp()) * 10**9),
            "count": str(fast + slow),
            "sum": float(fast + 5 * slow),
            "explicitBounds": [2.0],
            "bucketCounts": [str(fast), str(slow)],
        }
        for seconds, fast, slow in ((300, 1, 0), (240, 3, 1), (60, 1, 1), (30, 2, 1))
    ]
    metric = {"name": names.METRIC_VOICE_CSAT_SCORE, "histogram": {"aggregationTemporality": 2, "dataPoints": points}}
    stack.send("metrics", _metric(metric, {"service.name": "histogram"}))
    source = PrometheusSource(stack._url("prometheus"), stack._url("loki"), "histogram")

    def recorded() -> Any:
        [found] = source.spreads(names.METRIC_VOICE_CSAT_SCORE, (), [Period(until - timedelta(seconds=270), until)])
        return found

    [spread] = eventually(recorded, "the histogram").values()
    assert (spread.count, spread.sum, spread.p50) == (6, 14.0, 1.5)


def test_the_command(stack: Stack, both: tuple[Report, Report]) -> None:
    """`otel-voice report` of the stack, as JSON, of one service."""
    asked = ["--prometheus", stack._url("prometheus"), "--loki", stack._url("loki"), "--service", "by-hand"]
    done = subprocess.run(
        [sys.executable, "-m", "otel_voice.cli.main", "report", *asked, "--since", "30m", "--format", "json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["total"]["calls"]["ended"], document["service"]) == (2, "by-hand")
    assert document["total"]["business"]["satisfaction"]["mean"] == 4


def test_calls_are_listed(stack: Stack, both: tuple[Report, Report]) -> None:
    """By what Loki knows of them, page by page, the newest first."""
    source = PrometheusSource(stack._url("prometheus"), stack._url("loki"))
    period = both[0].total.period
    first = source.calls(period, period.until_ns, 2)
    second = source.calls(period, first[-1].ended_ns, 2)
    assert [call.service for call in (*first, *second)] == ["by-hand", "by-hand", "agent"]
    assert all(call.started and call.started <= call.ended for call in (*first, *second))


def test_prometheus_that_goes_away(stack: Stack, both: tuple[Report, Report]) -> None:
    """In the middle of a report: what it would have told is missing, not 0, and the report says so."""
    period = both[0].total.period
    archive = opening.StackArchive(stack._url("prometheus"), stack._url("loki"))
    source = archive.open(period, None)
    stack.prometheus.stop()
    try:
        report = making.report(source, Question(period), period.since)
    finally:
        stack.prometheus.start()
    assert report.total.calls.ended is None and report.total.spent.cost is None
    assert report.total.calls.started == 3
    assert any("Prometheus at" in note and "cannot be reached" in note for note in report.notes)


def alike(one: Spread | None, other: Spread | None) -> None:
    """As many values; the sum may have changed by milliseconds since metrics were collected."""
    assert one is not None and other is not None
    assert other.count == one.count and other.sum == pytest.approx(one.sum, abs=0.02)
    assert None not in (one.p50, other.p50) and None not in (one.p95, other.p95)


def _counter(name: str, of: dict[str, str], points: list[dict[str, str]]) -> dict[str, Any]:
    return _metric({"name": name, "sum": {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": points}}, of)


def _metric(metric: dict[str, Any], of: dict[str, str]) -> dict[str, Any]:
    resource = {"attributes": attributes(of)}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]}


def _run(command: list[str], environment: dict[str, str]) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
        env={**os.environ, "PATH": path, **environment},
    )
    assert done.returncode == 0, done.stderr
