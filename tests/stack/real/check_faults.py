"""Backends and the Collector itself stop and start; what was accepted arrives."""

from __future__ import annotations

import urllib.error

import pytest

from tests.stack.real.otlp import counter, log, logs, span
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(300)


def records(stack: Stack, category: str, text: str) -> int:
    streams = stack.log_streams(f'{{voice_log_category="{category}"}} |= "{text}"')
    return sum(len(stream["values"]) for stream in streams)


def send_logs(stack: Stack, text: str) -> None:
    marks = {"audit": "audit", "security": "security", "app": "app"}
    for category in marks:
        stack.send("logs", logs(log(f"{text} {category}", {"voice.log.category": category})))


@pytest.mark.parametrize("category", ["audit", "security", "app"])
def test_a_stopped_loki_loses_no_log(stack: Stack, category: str) -> None:
    """What is accepted while Loki is away is there, once, after it came back."""
    text = f"loki away for {category}"
    stack.loki.stop()
    try:
        send_logs(stack, text)
    finally:
        stack.loki.start()
    eventually(lambda: records(stack, category, f"{text} {category}") == 1, f"{text} in Loki", 120)


def test_a_stopped_receiver_of_traces_loses_no_span(stack: Stack) -> None:
    """What is accepted while nothing takes traces is delivered afterwards."""
    stack.traces.stop()
    try:
        stack.send("traces", span("traces away"))
    finally:
        stack.traces.start()
    eventually(lambda: stack.traces.named("traces away"), "the span", 120)


def test_a_stopped_prometheus_loses_no_point(stack: Stack) -> None:
    """What is accepted while Prometheus is away is there afterwards."""
    stack.prometheus.stop()
    try:
        stack.send("metrics", counter("prometheus.away", {}))
    finally:
        stack.prometheus.start()
    query = "prometheus_away_total[1h]"
    eventually(lambda: stack.prometheus_get("query", query=query)["result"], "the point", 120)


def test_a_killed_collector_hands_over_what_it_had_accepted(stack: Stack) -> None:
    """Logs accepted with no backend, then kill -9: a restarted Collector still delivers them from its disk."""
    stack.loki.stop()
    send_logs(stack, "collector killed")
    stack.collector.kill()
    stack.loki.start()
    stack.collector.start()
    for category in ("audit", "security", "app"):
        eventually(lambda c=category: records(stack, c, f"collector killed {c}") >= 1, f"{category} after kill", 120)


def test_a_body_over_the_limit_is_refused(stack: Stack) -> None:
    """17 MiB are refused as a whole, and the next request is taken."""
    with pytest.raises(urllib.error.HTTPError) as refusal:
        stack.send("logs", logs(log("x" * 17 * 1024 * 1024, {})))
    assert refusal.value.code in (400, 413)
    send_logs(stack, "after the large body")


def test_malformed_otlp_is_refused(stack: Stack) -> None:
    """A body that is not OTLP gets a client error."""
    with pytest.raises(urllib.error.HTTPError) as refusal:
        stack.send("logs", {"resourceLogs": "no list"})
    assert refusal.value.code == 400


def test_a_killed_collector_hands_over_its_spans(stack: Stack) -> None:
    """A span accepted with nobody to take it survives kill -9 on disk."""
    stack.traces.stop()
    stack.send("traces", span("before the kill"))
    stack.collector.kill()
    stack.traces.start()
    stack.collector.start()
    eventually(lambda: stack.traces.named("before the kill"), "the span after the restart", 120)


def test_what_waits_is_counted(stack: Stack) -> None:
    """The Collector's own metrics show the size and the capacity of each queue."""
    said = stack.own_metrics()
    for exporter in ("otlp_grpc/jaeger", "otlp_http/prometheus", "otlp_http/loki", "otlp_http/loki_compliance"):
        assert any(
            line.startswith("otelcol_exporter_queue_capacity") and f'exporter="{exporter}"' in line
            for line in said.splitlines()
        )
