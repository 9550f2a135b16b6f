"""Beside others: the program's own spans, other instrumentations, several providers of signals, forked children."""

from __future__ import annotations

import os

from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace import SpanProcessor

from otel_voice.observation.records import Inference, SpeechToText
from otel_voice.telemetry import names
from tests.signals import Signals
from tests.telemetry.telling import Telling
from tests.unit.conversing import Clock


def test_another_instrumentations_span_is_enriched_not_doubled(signals: Signals) -> None:
    """Inside the model-call span of a framework no second one is made; the turn still hears of the call."""
    telling = Telling(signals.providers())
    stream = telling.recorder.session_opened()
    framework = signals.tracer_provider.get_tracer("some.framework")
    with framework.start_as_current_span("chat m", attributes={names.GEN_AI_OPERATION_NAME: "chat"}):
        telling.play(Clock(), Inference("openai"), 0.0, 0.5, input_tokens=7)
    telling.conversations.close_all()
    told = signals.span("chat m")
    assert [span.name for span in signals.spans()] == ["chat m", "turn", "conversation"]
    assert told.attributes[names.VOICE_TELEMETRY_OWNER] == "otel_voice"
    assert told.attributes[names.VOICE_CONVERSATION_ID] == stream.id
    assert told.attributes[names.GEN_AI_USAGE_INPUT_TOKENS] == 7
    assert not signals.points(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)


def test_a_frameworks_try_is_the_call(signals: Signals) -> None:
    """LiveKit names the operation on its request, and calls the provider inside of a try of it: that is no third."""
    telling = Telling(signals.providers())
    telling.recorder.session_opened()
    livekit = signals.tracer_provider.get_tracer("livekit-agents")
    with livekit.start_as_current_span("llm_request_run"):
        telling.play(Clock(), Inference("openai"), 0.0, 0.5, input_tokens=7)
    telling.conversations.close_all()
    assert [span.name for span in signals.spans()] == ["llm_request_run", "turn", "conversation"]
    tried = signals.span("llm_request_run").attributes
    assert tried[names.VOICE_TELEMETRY_OWNER] == "otel_voice"
    assert names.GEN_AI_USAGE_INPUT_TOKENS not in tried, "the request says it, and backends add up"


def test_the_programs_own_span_is_the_parent(signals: Signals) -> None:
    """A span the program put around a call is its parent, and the call still names its conversation."""
    telling = Telling(signals.providers())
    telling.recorder.session_opened()
    mine = signals.tracer_provider.get_tracer("my.agent")
    with mine.start_as_current_span("answer") as answer:
        telling.play(Clock(), Inference("openai"), 0.0, 0.5)
    call = signals.span("chat")
    assert call.parent.span_id == answer.get_span_context().span_id
    assert names.VOICE_TURN_ID in call.attributes
    telling.conversations.close_all()


def test_under_an_inbound_request_the_call_stays_in_its_trace(signals: Signals) -> None:
    """A stream opened under the span of a request puts the whole conversation into that trace."""
    telling = Telling(signals.providers())
    server = signals.tracer_provider.get_tracer("web")
    with server.start_as_current_span("GET /call", kind=trace.SpanKind.SERVER) as request:
        telling.recorder.session_opened()
        telling.play(Clock(), Inference("openai"), 0.0, 0.5)
    telling.conversations.close_all()
    assert {span.context.trace_id for span in signals.spans()} == {request.get_span_context().trace_id}
    assert signals.span("chat").parent.span_id == signals.span("turn").context.span_id


def test_suppressed_instrumentation_is_obeyed(signals: Signals) -> None:
    """Inside OpenTelemetry's own suppression nothing is observed."""
    with suppress_instrumentation():
        assert not Telling(signals.providers()).recorder.enabled()


def test_nothing_stays_current(signals: Signals) -> None:
    """After a call the current span is what it was before."""
    telling = Telling(signals.providers())
    before = trace.get_current_span()
    handle = telling.recorder.start(Inference("openai"))
    token = telling.recorder.enter(handle)
    assert trace.get_current_span() is handle.span
    telling.recorder.leave(token)
    assert trace.get_current_span() is before


def test_a_forked_child_does_not_end_what_is_its_parents(signals: Signals) -> None:
    """Conversations and turns open at a fork are ended by the parent alone."""
    telling = Telling(signals.providers())
    stream = telling.recorder.session_opened()
    heard = SpeechToText("deepgram")
    heard.conversation = stream
    telling.play(Clock(), heard, 0.0, 0.5)
    child = os.fork()
    if child == 0:
        telling.conversations.close_all()
        os._exit(len([span for span in signals.spans() if span.name in ("conversation", "turn")]))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    telling.conversations.close_all()
    assert signals.span("turn").context.trace_id == signals.span("conversation").context.trace_id


def test_a_collection_inside_opentelemetry_waits_for_no_lock(signals: Signals) -> None:
    """A stream collected while a span processor runs is told later, and not by the thread that may hold the lock."""
    telling = Telling(signals.providers())
    seen: list[bool] = []

    class Collecting(SpanProcessor):
        def on_end(self, span: object) -> None:
            seen.append(telling.recorder.inside())

    signals.tracer_provider.add_span_processor(Collecting())
    signals.tracer_provider.get_tracer("my.agent").start_span("answer").end()
    assert seen == [True]
    assert not telling.recorder.inside()
