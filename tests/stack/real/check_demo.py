"""The demo's conversation through the real Collector: its spans, metrics and logs as the backends tell them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack
from tools.schema import load

pytestmark = pytest.mark.timeout(240)

SUFFIX = {"s": "_seconds"}


def expected(name: str, unit: str, instrument: str) -> str:
    """The name that Prometheus gives a metric of the schema; a histogram is asked for by its count."""
    base = name.replace(".", "_") + SUFFIX.get(unit, "")
    return base + {"counter": "_total", "histogram": "_count"}.get(instrument, "")


def series_of_the_demo() -> Iterator[str]:
    for metric in load().metrics:
        if not metric.opt_in:
            yield expected(metric.name, metric.unit, metric.instrument)


def test_the_conversation_is_one_tree(demo: Stack) -> None:
    """Every span of the demo arrives in one trace whose root is the conversation."""
    eventually(lambda: demo.traces.named("conversation"), "the span of the conversation")
    [root] = demo.traces.named("conversation")
    ids = {span.span_id for span in demo.traces.spans}
    assert {span.trace_id for span in demo.traces.spans} == {root.trace_id}
    assert [span.name for span in demo.traces.spans if span.parent_span_id not in ids] == ["conversation"]
    assert {"turn", "chat gpt-4o-mini"} <= {span.name for span in demo.traces.spans}


@pytest.mark.parametrize("name", sorted(series_of_the_demo()))
def test_a_metric_of_the_schema_is_in_prometheus(demo: Stack, name: str) -> None:
    """Each metric that is recorded without opting in is found under the name that OTLP translation promises."""
    eventually(lambda: demo.prometheus_get("query", query=f"{name}[1h]")["result"], f"{name} in Prometheus")


def test_exemplars_lead_to_the_trace(demo: Stack) -> None:
    """The exemplars of the response latency name a trace that was received."""
    name = "voice_turn_response_latency_seconds_bucket"
    found = eventually(
        lambda: demo.prometheus_get("query_exemplars", query=name, start="0", end="9999999999"), "an exemplar"
    )
    traces = {exemplar["labels"]["trace_id"] for series in found for exemplar in series["exemplars"]}
    assert traces <= {span.trace_id.hex() for span in demo.traces.spans}


def test_span_metrics_count_each_operation(demo: Stack) -> None:
    """The Collector derives calls and durations from spans, labelled with the operation."""
    query = 'traces_span_metrics_calls_total{gen_ai_operation_name="chat"}'
    eventually(lambda: demo.prometheus_get("query", query=query)["result"], "calls of chat")


def test_the_host_is_measured(demo: Stack) -> None:
    """CPU, memory, disk and network of the machine are in Prometheus."""
    for name in ("system_cpu_time_seconds_total", "system_memory_usage_bytes", "system_network_io_bytes_total"):
        eventually(lambda name=name: demo.prometheus_get("query", query=name)["result"], name)


def test_logs_carry_the_trace(demo: Stack) -> None:
    """The agent's log lines are in Loki with the trace of the conversation."""
    eventually(lambda: demo.traces.named("conversation"), "the span of the conversation")
    trace = demo.traces.named("conversation")[0].trace_id.hex()
    query = f'{{voice_log_category="app"}} | trace_id="{trace}"'
    eventually(lambda: demo.log_streams(query), "log lines of the conversation")
