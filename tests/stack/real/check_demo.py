"""The demo's conversation through the real Collector: its spans, metrics and logs as the backends tell them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from otel_voice.monitoring.series import series
from otel_voice.telemetry.catalogue import CATALOGUE
from otel_voice.telemetry.names import METRIC_VOICE_ALERTS
from tests.stack.real.jaeger import Trace, traces
from tests.stack.real.own_metrics import total
from tests.stack.real.programs import eventually
from tests.stack.real.whole import WholeStack
from tools.schema import load

pytestmark = pytest.mark.timeout(240)


def expected(metric: str) -> str:
    """The name that Prometheus gives a metric of the schema; a histogram is asked for by its count."""
    found = series(metric)
    return {"counter": f"{found.base}_total", "histogram": f"{found.base}_count"}.get(found.instrument, found.base)


# The demo's agent is not changed for us, and so tells nothing of its dialogue, nor of its own work.
ONLY_IF_TOLD = (
    "voice.state.",
    "voice.fallbacks",
    "voice.retries",
    *(metric for said in CATALOGUE.values() for metric in said.metrics),
    METRIC_VOICE_ALERTS,
)
# Its voice comes faster than it plays.
ONLY_IF_SLOW = ("voice.tts.underruns",)
# Nothing of it is lost, and nobody has asked how its event loops are.
ONLY_IN_TROUBLE = (
    "voice.audit.lost",
    "voice.audit.unwritten",
    "voice.log.dropped",
    "voice.event_loop.",
    "voice.health.",
    "voice.redaction.unchecked",
)


def series_of_the_demo() -> Iterator[str]:
    for metric in load().metrics:
        if not metric.opt_in and not metric.name.startswith(ONLY_IF_TOLD + ONLY_IF_SLOW + ONLY_IN_TROUBLE):
            yield expected(metric.name)


@pytest.fixture(scope="module")
def conversation(demo: WholeStack) -> Trace:
    """The demo's trace as Jaeger shows it, once it has every span that the Collector accepted."""
    accepted = total(demo, "otelcol_receiver_accepted_spans")

    def complete() -> list[Trace]:
        return [trace for trace in traces(demo, "agent", "conversation") if len(trace.spans) == accepted]

    [trace] = eventually(complete, f"a trace of {accepted:.0f} spans in Jaeger")
    return trace


def test_the_conversation_is_one_tree(conversation: Trace) -> None:
    """All that was accepted is one trace in Jaeger: a conversation, its turns, and in them the providers."""
    assert conversation.children_of(None) == ["conversation"]
    assert set(conversation.children_of("conversation")) == {"turn"}
    in_a_turn = set(conversation.children_of("turn"))
    assert "chat gpt-4o-mini" in in_a_turn
    assert {name.split(" ")[0] for name in in_a_turn} >= {"speech_to_text", "chat", "text_to_speech", "execute_tool"}


def test_spans_keep_their_attributes(conversation: Trace) -> None:
    """What was asked of whom, what it took, and where the turn's time went."""
    chat = conversation.attributes_of("chat gpt-4o-mini")
    assert chat["gen_ai.provider.name"] == "openai"
    assert chat["gen_ai.request.model"] == "gpt-4o-mini"
    assert chat["gen_ai.usage.output_tokens"] > 0
    assert chat["span.kind"] == "client"
    answered = conversation.values_of("turn", "voice.turn.response.latency")  # the greeting answers nothing
    assert len(answered) > 1
    assert min(answered) > 0


@pytest.mark.parametrize("name", sorted(series_of_the_demo()))
def test_a_metric_of_the_schema_is_in_prometheus(demo: WholeStack, name: str) -> None:
    """Each metric that is recorded without opting in is found under the name that OTLP translation promises."""
    eventually(lambda: demo.prometheus_get("query", query=f"{name}[1h]")["result"], f"{name} in Prometheus")


def test_exemplars_lead_to_the_trace(demo: WholeStack, conversation: Trace) -> None:
    """The exemplars of the response latency name a trace that Jaeger shows."""
    name = "voice_turn_response_latency_seconds_bucket"
    assert exemplars(demo, name) == {conversation.trace_id}


def test_exemplars_of_spans_lead_to_the_trace(demo: WholeStack, conversation: Trace) -> None:
    """Those of the durations that the Collector derives from spans do as well."""
    assert exemplars(demo, "traces_span_metrics_duration_milliseconds_bucket") == {conversation.trace_id}


def test_span_metrics_count_each_operation(demo: WholeStack, conversation: Trace) -> None:
    """The Collector derives calls and durations from spans: as many as Jaeger has, before any sampling."""
    query = 'sum(traces_span_metrics_calls_total{gen_ai_operation_name="chat"})'
    chats = sum(span["operationName"].startswith("chat ") for span in conversation.spans)
    assert chats
    eventually(lambda: values(demo, query) == [chats], f"{chats} calls of chat")


def test_the_service_graph_shows_who_is_called(demo: WholeStack) -> None:
    """An edge from the agent to each provider, although no provider sends spans."""
    edges = 'sum by (server) (traces_service_graph_request_total{client="agent", server=~"openai|deepgram|elevenlabs"})'
    eventually(lambda: len(values(demo, edges)) == 3, "three edges of the service graph", 180)
    eventually(lambda: values(demo, 'traces_service_graph_request_client_seconds_count{server="openai"}'), "durations")


def test_the_host_is_measured(demo: WholeStack) -> None:
    """CPU, memory, disk and network of the machine are in Prometheus."""
    for name in ("system_cpu_time_seconds_total", "system_memory_usage_bytes", "system_network_io_bytes_total"):
        eventually(lambda name=name: demo.prometheus_get("query", query=name)["result"], name)


def test_logs_carry_the_trace(demo: WholeStack, conversation: Trace) -> None:
    """The agent's log lines are in Loki with the trace of the conversation."""
    query = f'{{voice_log_category="app"}} | trace_id="{conversation.trace_id}"'
    eventually(lambda: demo.log_streams(query), "log lines of the conversation")


def exemplars(stack: WholeStack, name: str) -> set[str]:
    """The traces that the exemplars of a series name, once there is one."""
    found = eventually(
        lambda: stack.prometheus_get("query_exemplars", query=name, start="0", end="9999999999"), f"exemplars of {name}"
    )
    return {exemplar["labels"]["trace_id"] for series in found for exemplar in series["exemplars"]}


def values(stack: WholeStack, query: str) -> list[float]:
    """The values that Prometheus answers with now."""
    return [float(series["value"][1]) for series in stack.prometheus_get("query", query=query)["result"]]
