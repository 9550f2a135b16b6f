"""Jaeger as shipped: its performance view from the Collector's span metrics, its disk, and its absence."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.stack.real.jaeger import traces
from tests.stack.real.otlp import span
from tests.stack.real.programs import eventually
from tests.stack.real.whole import WholeStack

pytestmark = pytest.mark.timeout(300)

SERVICE = "by-hand"


def measured(stack: WholeStack, what: str, **more: str) -> list[Any]:
    """The points above zero of a metric of the performance view, for each operation of the service."""
    query = {"endTs": str(int(time.time() * 1000)), "lookback": "600000", "step": "5000", "ratePer": "60000", **more}
    answer = stack.jaeger_get(f"metrics/{what}", service=SERVICE, groupByOperation="true", spanKind="client", **query)
    points = [point["gaugeValue"]["doubleValue"] for one in answer["metrics"] for point in one["metricPoints"]]
    return [point for point in points if isinstance(point, int | float) and point > 0]


def sent_again(stack: WholeStack, what: str, **more: str) -> list[Any]:
    """The same after one more failed call: a rate needs a series that grows."""
    stack.send("traces", span("measured", status={"code": 2}))
    return measured(stack, what, **more)


@pytest.mark.parametrize(("what", "more"), [("calls", {}), ("errors", {}), ("latencies", {"quantile": "0.95"})])
def test_the_performance_view_has_numbers(stack: WholeStack, what: str, more: dict[str, str]) -> None:
    """Rate, errors and durations of an operation, which Jaeger asks Prometheus for."""
    eventually(lambda: sent_again(stack, what, **more), f"{what} in Jaeger's performance view", 120)


def test_what_jaeger_took_survives_a_crash(stack: WholeStack) -> None:
    """Once Jaeger has answered, kill -9 loses nothing."""
    stack.send("traces", span("before the crash"))
    eventually(lambda: stack.traces.named("before the crash"), "the answer of Jaeger")
    stack.jaeger.kill()
    stack.jaeger.start()
    eventually(lambda: traces(stack, SERVICE, "before the crash"), "the span after the crash")


def test_a_jaeger_that_is_away_loses_nothing(stack: WholeStack) -> None:
    """What the Collector accepted meanwhile is in Jaeger after it came back."""
    stack.jaeger.stop()
    try:
        stack.send("traces", span("while Jaeger was away"))
    finally:
        stack.jaeger.start()
    eventually(lambda: traces(stack, SERVICE, "while Jaeger was away"), "the span in Jaeger", 120)
