"""Each backend, and the Collector itself, goes away under continuing traffic: what was accepted is there afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.stack.real import arrivals
from tests.stack.real.asking import ask
from tests.stack.real.otlp import attributes, log, logs, span
from tests.stack.real.own_metrics import total
from tests.stack.real.programs import Running, eventually
from tests.stack.real.senders import Traffic
from tests.stack.real.whole import WholeStack

pytestmark = pytest.mark.timeout(300)

LEAVE: dict[str, Callable[[Running], None]] = {"crash": Running.kill, "restart": Running.stop}


@pytest.mark.parametrize(("backend", "protocol"), [("loki", "grpc"), ("prometheus", "http"), ("jaeger", "grpc")])
def test_a_backend_may_go_away(stack: WholeStack, backend: str, protocol: str) -> None:
    """Thousands of records go on being accepted meanwhile, in all three signals, and all arrive."""
    with Traffic(stack, f"{backend}_away", protocol) as traffic:
        traffic.goes_on(400)
        getattr(stack, backend).stop()
        traffic.goes_on(1200)
        getattr(stack, backend).start()
        traffic.goes_on(400)
    everything_arrives(stack, traffic)


@pytest.mark.parametrize(("how", "protocol"), [("crash", "http"), ("crash", "grpc"), ("restart", "grpc")])
def test_the_collector_may_go_away(
    stack: WholeStack, how: str, protocol: str, record_property: Callable[[str, object], None]
) -> None:
    """Three times in the middle of the traffic, by kill -9 or for an upgrade: nothing accepted is lost.

    What was under way may come twice, never more than once for each time; Loki shows a line given twice once.
    """
    before = arrivals.loki_received(stack)
    with Traffic(stack, f"{how}_{protocol}", protocol) as traffic:
        for _ in range(3):
            traffic.goes_on(400)
            LEAVE[how](stack.collector)
            stack.collector.start()
        traffic.goes_on(400)
    everything_arrives(stack, traffic)
    lines = arrivals.logs(stack, traffic.run, traffic.accepted("logs"))
    spans = arrivals.spans(stack, traffic.run)
    record_property("spans delivered twice", sum(spans.values()) - len(spans))
    record_property("lines delivered twice", arrivals.loki_received(stack) - before - len(lines))
    assert max(lines.values()) == 1
    assert max(spans.values()) <= 1 + 3


def test_a_crash_while_nobody_takes_anything(stack: WholeStack) -> None:
    """What waits on disk for all three backends survives kill -9."""
    backends = (stack.loki, stack.prometheus, stack.jaeger)
    with Traffic(stack, "alone", "http") as traffic:
        for backend in backends:
            backend.stop()
        traffic.goes_on(1000)
        stack.collector.kill()
        stack.collector.start()
        traffic.goes_on(200)
        for backend in backends:
            backend.start()
    everything_arrives(stack, traffic)


def test_what_waited_is_sent_in_messages_that_are_taken(stack: WholeStack) -> None:
    """Five megabytes of spans and of logs are more than Jaeger takes in one message: several are sent, none refused."""
    padding = attributes({"padding": "-" * 4000})
    stack.jaeger.stop()
    stack.loki.stop()
    try:
        for number in range(60):
            heavy = [log(f"heavy {number:03d} {n:02d}", {}, attributes=padding) for n in range(20)]
            assert ask(stack, "logs", logs(*heavy)).status == 200
            assert ask(stack, "traces", heavy_spans(number)).status == 200
    finally:
        stack.jaeger.start()
        stack.loki.start()
    eventually(lambda: len(stack.traces.named("heavy")) == 1200, "the spans", 120)
    for ten in range(6):
        query = f'{{service_name="by-hand"}} |= "heavy {ten:02d}"'
        eventually(lambda q=query: sum(len(s["values"]) for s in stack.log_streams(q)) == 200, "the lines", 120)
    assert total(stack, "otelcol_exporter_send_failed_spans") == 0
    assert total(stack, "otelcol_exporter_send_failed_log_records") == 0


def heavy_spans(number: int) -> dict[str, Any]:
    """A request of twenty large spans."""
    request = span("heavy", attributes=attributes({"padding": "-" * 4000}))
    [scope] = request["resourceSpans"][0]["scopeSpans"]
    [one] = scope["spans"]
    scope["spans"] = [{**one, "spanId": f"{number * 20 + n + 1:016x}"} for n in range(20)]
    return request


def test_what_waits_is_counted(stack: WholeStack) -> None:
    """The Collector's own metrics show the size and the capacity of each queue."""
    said = stack.own_metrics()
    for exporter in ("otlp_grpc/jaeger", "otlp_http/prometheus", "otlp_http/loki", "otlp_http/loki_compliance"):
        for metric in ("size", "capacity"):
            assert any(
                line.startswith(f"otelcol_exporter_queue_{metric}") and f'exporter="{exporter}"' in line
                for line in said.splitlines()
            )


def everything_arrives(stack: WholeStack, traffic: Traffic) -> None:
    """Each accepted log and span is there, and each counter has its last accepted value."""
    assert all(stream.accepted >= 1000 for stream in traffic.streams)
    eventually(lambda: not arrivals.missing(stack, traffic), "everything accepted to arrive", 150)
