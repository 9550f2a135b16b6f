"""Conversations with ElevenLabs agents, told afterwards: the same turns as those that are seen live."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

import otel_voice
from otel_voice import runtime as wiring
from otel_voice.settings import Settings
from otel_voice.telemetry import names
from tests.imports import documents
from tests.imports.documents import AGENT, ID, SECOND, START, TRACE, edited, fetched
from tests.signals import Signals

SPANS = "otlp_traces.resourceSpans[0].scopeSpans[0].spans"

Import = Callable[..., Any]


@pytest.fixture
def import_of(signals: Signals) -> Import:
    """import_of(document): imported into the signals of the test."""
    return lambda document: otel_voice.import_conversation(document, tracer_provider=signals.tracer_provider)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """settings(OTEL_...="..."): the import goes by these."""

    def given(**environment: str) -> None:
        chosen = wiring.Runtime(Settings.from_env(environment))
        monkeypatch.setattr("otel_voice.importing.runtime", lambda: chosen)

    yield given


def turns(signals: Signals) -> list[ReadableSpan]:
    found = [span for span in signals.spans() if span.name == "turn"]
    return sorted(found, key=lambda span: span.attributes[names.VOICE_TURN_INDEX])


def below(signals: Signals, parent: ReadableSpan) -> list[str]:
    children = [span for span in signals.spans() if span.parent and span.parent.span_id == parent.context.span_id]
    return [
        span.name for span in sorted(children, key=lambda span: span.start_time) if not span.name.startswith("turn.")
    ]


def test_a_conversation_is_one_trace_of_turns(import_of: Import, signals: Signals) -> None:
    """Under the provider's own trace id, at the times it had, with the turns that a live call would have."""
    imported = import_of(fetched())
    assert (imported.id, imported.trace_id, imported.turns, imported.operations) == (ID, TRACE, 3, 7)
    root = signals.span("conversation")
    assert (root.start_time, root.end_time, root.parent) == (START, START + 40 * SECOND, None)
    assert {f"{span.context.trace_id:032x}" for span in signals.spans()} == {TRACE}
    assert root.attributes[names.GEN_AI_CONVERSATION_ID] == ID
    assert root.attributes[names.VOICE_CONVERSATION_ORIGIN] == "imported"
    assert root.attributes[names.VOICE_CONVERSATION_OUTCOME] == "completed"
    assert (root.attributes["voice.conversation.channel"], root.attributes["voice.conversation.direction"]) == (
        "phone",
        "inbound",
    )
    assert names.VOICE_CONVERSATION_TALK_RATIO not in root.attributes
    assert [turn.attributes[names.VOICE_TURN_INITIATOR] for turn in turns(signals)] == ["agent", "user", "user"]
    assert [sorted(below(signals, turn)) for turn in turns(signals)] == [
        ["realtime_inference"],
        ["execute_tool find_table", "realtime_inference", "realtime_inference gemini-2.5-flash", "speech_to_text"],
        ["realtime_inference gpt-5-mini", "speech_to_text"],
    ]
    assert "+4930123456789" not in str([dict(span.attributes) for span in signals.spans()])


def test_a_turn_has_the_silence_that_the_service_measured(import_of: Import, signals: Signals) -> None:
    """To the millisecond, though the spans count in seconds; taken apart into stages that sum to it."""
    import_of(fetched())
    turn = turns(signals)[1]
    assert turn.attributes[names.VOICE_TURN_RESPONSE_LATENCY] == pytest.approx(2.84)
    assert turn.attributes[names.VOICE_TURN_SPEECH_END_SOURCE] == "provider_report"
    stages = {
        name.removeprefix("voice.turn.stage."): round(value, 3)
        for name, value in turn.attributes.items()
        if name.startswith("voice.turn.stage.")
    }
    assert stages == {
        "transcription": 0.11,
        "endpointing": 0.402,
        "decision": 0.0,
        "inference": 2.067,
        "synthesis": 0.143,
        "unattributed": 0.118,
    }
    assert sum(stages.values()) == pytest.approx(2.84)
    answer = signals.span("realtime_inference gemini-2.5-flash")
    assert answer.attributes[names.VOICE_PROVIDER_RESPONSE_LATENCY] == 2.84
    assert answer.attributes[names.GEN_AI_USAGE_INPUT_TOKENS] == 692 + 1585
    assert answer.attributes[names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] == 1585
    assert answer.attributes[names.GEN_AI_USAGE_OUTPUT_TOKENS] == 30
    assert answer.attributes[names.GEN_AI_AGENT_ID] == AGENT
    tool = signals.span("execute_tool find_table")
    assert tool.end_time - tool.start_time == 650_500_000


def test_what_the_spans_leave_out_is_read_from_the_transcript(import_of: Import, signals: Signals) -> None:
    """Who was interrupted, the voice, the measures and the tokens, where there is an entry for each span."""
    import_of(fetched())
    answer = signals.span("realtime_inference gpt-5-mini")
    assert answer.attributes[names.VOICE_INTERRUPTED] is True
    assert answer.attributes[names.GEN_AI_SPEECH_VOICE] == "cgSgspJ2msm6clMCkdW9"
    assert answer.attributes[names.GEN_AI_USAGE_OUTPUT_TOKENS] == 5
    turn = turns(signals)[2]
    assert turn.attributes[names.VOICE_TURN_RESPONSE_LATENCY] == pytest.approx(1.25)
    assert turn.attributes[names.VOICE_INTERRUPTION_SOURCE] == "user_speech"


def test_a_transcript_that_does_not_fit_is_not_read(import_of: Import, signals: Signals) -> None:
    """Entries are never taken for those of another span."""
    import_of(edited("transcript[0]", None))
    assert not any(names.VOICE_INTERRUPTED in span.attributes for span in signals.spans())
    assert names.VOICE_TURN_RESPONSE_LATENCY not in turns(signals)[2].attributes


@pytest.mark.parametrize("form", ["fetched", "delivered", "traces", "text", "bytes", "model"])
def test_every_form_has_the_same_spans(form: str, import_of: Import, signals: Signals) -> None:
    """The API's answer, the webhook's body, the bare traces, JSON, and the SDK's own object."""
    given: Any = documents.delivered()
    if form == "traces":
        given = documents.traces(*documents.spans())
    elif form == "text":
        given = json.dumps(given)
    elif form == "bytes":
        given = json.dumps(fetched()).encode()
    elif form == "fetched":
        given = fetched()
    elif form == "model":
        given = _of_the_sdk()
    assert import_of(given).turns == 3
    assert turns(signals)[1].attributes[names.VOICE_TURN_RESPONSE_LATENCY] == pytest.approx(2.84)


def test_importing_again_makes_the_same_ids(import_of: Import, signals: Signals) -> None:
    """A webhook is delivered twice; whoever keeps spans by their ids keeps one conversation."""
    import_of(fetched())
    first = [span.context.span_id for span in signals.spans()]
    import_of(fetched())
    assert [span.context.span_id for span in signals.spans()] == first * 2
    assert len(set(first)) == len(first)


def test_other_spans_keep_ids_of_their_own(import_of: Import, signals: Signals) -> None:
    """The tracer that everybody shares is not changed by an import."""
    import_of(fetched())
    tracer = signals.tracer_provider.get_tracer("otel_voice", wiring.installed_version())
    ours = {tracer.start_span("one").get_span_context().trace_id for _ in range(2)}
    assert len(ours) == 2 and int(TRACE, 16) not in ours


def test_nothing_is_counted(import_of: Import, signals: Signals) -> None:
    """A histogram is of what happens now: no metric and no event comes of what is over."""
    import_of(fetched())
    assert signals.points(names.METRIC_VOICE_TURN_RESPONSE_LATENCY) == []
    assert signals.points(names.METRIC_VOICE_CONVERSATIONS) == []
    assert list(signals.logs()) == []


def test_what_was_said_is_kept_when_asked_for(
    import_of: Import, signals: Signals, settings: Callable[..., None]
) -> None:
    """By the policy of everything: nothing by default, and then redacted."""
    document = fetched()
    document["otlp_traces"] = documents.traces(
        *documents.spans()[:2], documents.user(3, 5, "Call me at +49 30 123456789.")
    )
    import_of(document)
    assert not any(names.GEN_AI_OUTPUT_MESSAGES in span.attributes for span in signals.spans())
    settings(OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="SPAN_ONLY")
    import_of(document)
    said = [span.attributes.get(names.GEN_AI_OUTPUT_MESSAGES, "") for span in signals.spans()]
    assert any("Hello, how can I help you?" in text for text in said)
    assert any("Call me at" in text for text in said) and not any("123456789" in text for text in said)


def test_a_turn_may_be_a_trace_of_its_own(import_of: Import, signals: Signals, settings: Callable[..., None]) -> None:
    """OTEL_VOICE_TRACE_SCOPE=turn holds here, too, with ids that stay the same."""
    settings(OTEL_VOICE_TRACE_SCOPE="turn")
    import_of(fetched())
    import_of(fetched())
    found = [turn.context.trace_id for turn in turns(signals)]
    assert len(set(found)) == 3 and int(TRACE, 16) not in found
    assert {turn.links[0].context.trace_id for turn in turns(signals)} == {int(TRACE, 16)}


@pytest.mark.parametrize(
    ("place", "value", "outcome"),
    [
        ("status", "failed", "failed"),
        (f"{SPANS}[4].name", "elevenlabs.tool.transfer_to_number", "transferred"),
        (SPANS, documents.spans()[:1], "abandoned"),
    ],
)
def test_how_it_ended(place: str, value: Any, outcome: str, import_of: Import, signals: Signals) -> None:
    """Failed as the service says; transferred by its own tool; abandoned where nobody was answered."""
    import_of(edited(place, value))
    assert signals.span("conversation").attributes[names.VOICE_CONVERSATION_OUTCOME] == outcome


@pytest.mark.parametrize("milliseconds", [-1.0, 1e9, float("nan"), float("inf"), True, "long"])
def test_a_measure_that_cannot_be_one_is_left_out(milliseconds: Any, import_of: Import, signals: Signals) -> None:
    """No negative and no absurd number; the turn has no latency rather than a wrong one."""
    more = {**documents.MEASURED, "metric.convai_ttf_audio_since_silence_ms": milliseconds}
    import_of(edited(f"{SPANS}[3]", documents.agent(4, 12, "Gladly.", **more)))
    assert names.VOICE_TURN_RESPONSE_LATENCY not in turns(signals)[1].attributes
    assert names.VOICE_PROVIDER_RESPONSE_LATENCY not in signals.span("realtime_inference gemini-2.5-flash").attributes


def test_a_failed_tool_is_a_failed_operation(import_of: Import, signals: Signals) -> None:
    """By the status of its span."""
    import_of(edited(f"{SPANS}[4].status", {"code": 2}))
    assert not signals.span("execute_tool find_table").status.is_ok
    assert turns(signals)[1].attributes[names.VOICE_TURN_ERRORS] == 1


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (f"{SPANS}[2].startTimeUnixNano", "soon", f"{SPANS}[2].startTimeUnixNano: nanoseconds since 1970"),
        (f"{SPANS}[2].startTimeUnixNano", -5, f"{SPANS}[2].startTimeUnixNano: nanoseconds since 1970"),
        (f"{SPANS}[2].endTimeUnixNano", "1", f"{SPANS}[2].endTimeUnixNano: 1 is before the start"),
        (f"{SPANS}[1].traceId", "32_hex_chars", f"{SPANS}[1].traceId: 32 hexadecimal digits"),
        (f"{SPANS}[1].traceId", "f" * 32, "otlp_traces: span 0000000000000002 is of another trace"),
        (f"{SPANS}[1].spanId", "0" * 16, f"{SPANS}[1].spanId: 16 hexadecimal digits"),
        (f"{SPANS}[1].name", None, f"{SPANS}[1].name: a span has a name"),
        (f"{SPANS}[1].name", "elevenlabs.turn.0", "otlp_traces: these are the spans of the monitoring websocket"),
        (f"{SPANS}[1].attributes", "text", f"{SPANS}[1].attributes: a list is expected, not str"),
        (f"{SPANS}[1].attributes[0].value", 5, f"{SPANS}[1].attributes[0].value: an object is expected, not int"),
        (f"{SPANS}[1].attributes[0].value", {"intValue": "x"}, f"{SPANS}[1].attributes[0].value.intValue: no number"),
        (f"{SPANS}[0]", None, "otlp_traces: one span named elevenlabs.conversation is expected, not 0 among 8 spans"),
        ("otlp_traces.resourceSpans[0]", [], "otlp_traces.resourceSpans[0]: an object is expected, not list"),
        ("otlp_traces", None, "document: it has neither `otlp_traces` nor `resourceSpans`"),
        ("conversation_id", "conv_other", "conversation_id: 'conv_other' is not the 'conv_9001"),
    ],
)
def test_a_document_that_cannot_be_read_names_the_place(
    place: str, value: Any, told: str, import_of: Import, signals: Signals
) -> None:
    """A ValueError with what is wrong and where, and nothing is emitted of the rest."""
    with pytest.raises(ValueError) as error:
        import_of(edited(place, value))
    assert str(error.value).startswith(told)
    assert list(signals.spans()) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("transcript[6].conversation_turn_metrics", "none"),
        ("transcript[6].conversation_turn_metrics.metrics", [1]),
        ("transcript[6].llm_usage.model_usage", {"m": {"input": {"tokens": -1}}, "n": 5}),
        ("transcript[6].producing_llm", 5),
        ("metadata.phone_call", "yes"),
        ("metadata", []),
        ("agent_id", {}),
        (f"{SPANS}[3].attributes", documents.attributes({"elevenlabs.llm_usage.m.input": "{" * 500})),
        (f"{SPANS}[4].attributes", documents.attributes({"elevenlabs.tool.name": "table \ud800"})),
        (f"{SPANS}[4].parentSpanId", None),
        (f"{SPANS}[4].parentSpanId", "0" * 15 + "1"),
    ],
)
def test_what_is_strange_beside_the_spans_is_left_out(place: str, value: Any, import_of: Import) -> None:
    """The conversation is imported all the same, and no operation is lost."""
    imported = import_of(edited(place, value))
    assert (imported.turns, imported.operations) == (3, 7)


@pytest.mark.parametrize("document", ["{", "[]", "[" * 100_000, b"\xff", None, 5, [], {}, {"data": {}}])
def test_what_is_no_document_at_all(document: Any, import_of: Import) -> None:
    """The same error for what is not JSON, or not an object, or empty."""
    with pytest.raises(ValueError, match=r"^document: "):
        import_of(document)


def test_without_an_sdk_there_is_nothing_to_emit() -> None:
    """The program may import all the same."""
    from opentelemetry.trace import NoOpTracerProvider

    assert otel_voice.import_conversation(fetched(), tracer_provider=NoOpTracerProvider()).turns == 3


def test_the_programs_sampler_decides(import_of: Import) -> None:
    """A conversation that is sampled out is not exported."""
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

    provider, spans = TracerProvider(ALWAYS_OFF, shutdown_on_exit=False), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    otel_voice.import_conversation(fetched(), tracer_provider=provider)
    assert spans.get_finished_spans() == ()


def _of_the_sdk() -> Any:
    pytest.importorskip("elevenlabs")
    from elevenlabs.core.unchecked_base_model import construct_type
    from elevenlabs.types.get_conversation_response_model import GetConversationResponseModel

    if "otlp_traces" not in getattr(GetConversationResponseModel, "model_fields", {}):
        pytest.skip("the conversation of older SDKs has no traces")
    return construct_type(type_=GetConversationResponseModel, object_=fetched())
