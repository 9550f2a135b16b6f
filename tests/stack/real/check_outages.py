"""Each backend, and the Collector itself, goes away under continuing traffic: what was accepted is there afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stack.real import arrivals
from tests.stack.real.programs import Running, eventually
from tests.stack.real.senders import Traffic
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(300)

LEAVE: dict[str, Callable[[Running], None]] = {"crash": Running.kill, "restart": Running.stop}


@pytest.mark.parametrize(("backend", "protocol"), [("loki", "grpc"), ("prometheus", "http"), ("traces", "grpc")])
def test_a_backend_may_go_away(stack: Stack, backend: str, protocol: str) -> None:
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
    stack: Stack, how: str, protocol: str, record_property: Callable[[str, object], None]
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


def test_a_crash_while_nobody_takes_anything(stack: Stack) -> None:
    """What waits on disk for all three backends survives kill -9."""
    backends = (stack.loki, stack.prometheus, stack.traces)
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


def test_what_waits_is_counted(stack: Stack) -> None:
    """The Collector's own metrics show the size and the capacity of each queue."""
    said = stack.own_metrics()
    for exporter in ("otlp_grpc/jaeger", "otlp_http/prometheus", "otlp_http/loki", "otlp_http/loki_compliance"):
        for metric in ("size", "capacity"):
            assert any(
                line.startswith(f"otelcol_exporter_queue_{metric}") and f'exporter="{exporter}"' in line
                for line in said.splitlines()
            )


def everything_arrives(stack: Stack, traffic: Traffic) -> None:
    """Each accepted log and span is there, and each counter has its last accepted value."""
    assert all(stream.accepted >= 1000 for stream in traffic.streams)
    eventually(lambda: not arrivals.missing(stack, traffic), "everything accepted to arrive", 150)
