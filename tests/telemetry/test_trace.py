"""One call as one trace, compared whole."""

from __future__ import annotations

import pytest

from otel_voice.conversations.model import Conversation, Origin
from otel_voice.observation import clock as the_clock
from otel_voice.observation.records import Inference, Outcome, SpeechToText, TextToSpeech, ToolRequest
from otel_voice.telemetry import names
from otel_voice.telemetry.content import ContentPolicy
from tests.signals import Signals
from tests.telemetry.telling import Telling, drawn
from tests.unit.conversing import Clock

WHOLE = """\
conversation [INTERNAL] 0.00..5.00
    voice.conversation.dead_air.duration=3.5
    voice.conversation.origin=implicit
    voice.conversation.outcome=failed
    voice.conversation.overlap.duration=0.0
    voice.conversation.speech.agent.duration=0.5
    voice.conversation.speech.user.duration=1.0
    voice.conversation.talk_ratio=0.3333333333333333
    voice.conversation.time_to_first_word=3.5
    voice.conversation.turns=1
    voice.conversation.user.words_per_minute=120.0
  turn [INTERNAL] 1.00..5.00
      voice.interruption.heard.duration=0.5
      voice.interruption.source=caller
      voice.interruption.unheard.characters=10
      voice.interruption.unheard.duration=0.5
      voice.turn.errors=1
      voice.turn.first_audio.source=first_audio_byte
      voice.turn.index=1
      voice.turn.initiator=user
      voice.turn.interrupted=True
      voice.turn.response.latency=1.5
      voice.turn.speech_end.source=word_offsets
      voice.turn.stage.aggregation=0.0
      voice.turn.stage.decision=0.0
      voice.turn.stage.endpointing=0.1
      voice.turn.stage.inference=0.6
      voice.turn.stage.synthesis=0.3
      voice.turn.stage.tools=0.2
      voice.turn.stage.transcription=0.3
    speech_to_text nova-3 [CLIENT] 1.00..2.40
        gen_ai.operation.name=speech_to_text
        gen_ai.provider.name=deepgram
        gen_ai.request.model=nova-3
        gen_ai.request.stream=True
        gen_ai.speech.input.language=en
        server.address=api.deepgram.com
        server.port=443
        voice.audio.channels=1
        voice.audio.duration=1.0
        voice.audio.format=linear16
        voice.audio.sample_rate=16000
        voice.speech_end.source=word_offsets
        voice.stt.confidence=0.9
        voice.stt.finalization.duration=0.4
        voice.stt.interim_results=3
        voice.stt.session.id=dg-1
        voice.stt.time_to_first_partial=0.5
        voice.stt.words=2
        voice.turn.index=1
    turn.transcription [INTERNAL] 2.00..2.30
        voice.turn.index=1
        voice.turn.stage=transcription
    turn.endpointing [INTERNAL] 2.30..2.40
        voice.turn.index=1
        voice.turn.stage=endpointing
    chat gpt-4o-mini [CLIENT] 2.40..2.80
        gen_ai.operation.name=chat
        gen_ai.provider.name=openai
        gen_ai.request.model=gpt-4o-mini
        gen_ai.request.stream=True
        gen_ai.response.finish_reasons=('tool_calls',)
        gen_ai.response.time_to_first_chunk=0.2
        gen_ai.usage.cache_read.input_tokens=4
        gen_ai.usage.input_tokens=40
        gen_ai.usage.output_tokens=9
        voice.turn.index=1
    turn.inference [INTERNAL] 2.40..2.80
        voice.turn.index=1
        voice.turn.stage=inference
    execute_tool book [INTERNAL] 2.80..3.00
        gen_ai.operation.name=execute_tool
        gen_ai.provider.name=openai
        gen_ai.tool.call.id=call-1
        gen_ai.tool.name=book
        gen_ai.tool.type=function
        voice.tool.timing=inferred
        voice.turn.index=1
    turn.tools [INTERNAL] 2.80..3.00
        voice.turn.index=1
        voice.turn.stage=tools
    chat gpt-4o-mini [CLIENT] 3.00..3.20
        gen_ai.operation.name=chat
        gen_ai.provider.name=openai
        gen_ai.request.model=gpt-4o-mini
        voice.turn.index=1
    turn.inference [INTERNAL] 3.00..3.20
        voice.turn.index=1
        voice.turn.stage=inference
    text_to_speech eleven_flash_v2_5 [CLIENT] 3.20..4.00
        gen_ai.operation.name=text_to_speech
        gen_ai.output.type=speech
        gen_ai.provider.name=elevenlabs
        gen_ai.request.model=eleven_flash_v2_5
        gen_ai.response.time_to_first_chunk=0.3
        gen_ai.speech.voice=rachel
        voice.audio.bytes=32000
        voice.audio.duration=1.0
        voice.interrupted=True
        voice.tts.characters=20
        voice.tts.real_time_factor=0.8
        voice.turn.index=1
    turn.synthesis [INTERNAL] 3.20..3.50
        voice.turn.index=1
        voice.turn.stage=synthesis
    text_to_speech eleven_v3 [CLIENT] 4.50..5.00 ERROR: call [phone] with key [secret]
        error.type=429
        gen_ai.operation.name=text_to_speech
        gen_ai.output.type=speech
        gen_ai.provider.name=elevenlabs
        gen_ai.request.model=eleven_v3
        http.response.status_code=429
        voice.turn.index=1"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    return clock


def play(telling: Telling, clock: Clock) -> None:
    stream = telling.recorder.session_opened()
    _hear(telling, clock, stream)
    _think(telling, clock)
    _speak(telling, clock)
    telling.recorder.session_closed(stream)
    telling.conversations.close_all()


def _hear(telling: Telling, clock: Clock, stream: object) -> None:
    heard = SpeechToText("deepgram")
    heard.conversation = stream
    heard.request_model, heard.server_address, heard.server_port = "nova-3", "api.deepgram.com", 443
    telling.play(
        clock, heard, 1.0, 2.4,
        language="en", audio_format="linear16", sample_rate=16000, channels=1, audio_seconds=1.0, session_id="dg-1",
        speech_ended_ns=2.0, speech_end_source="word_offsets", first_partial_ns=1.5, final_ns=2.4,
        streamed=True, transcribed_ns=2.3, endpoint_ns=2.4,
        interim_results=3, confidence=0.9, words=2, transcript_content="book it",
    )  # fmt: skip


def _think(telling: Telling, clock: Clock) -> None:
    asking = Inference("openai")
    asking.request_model = "gpt-4o-mini"
    tool = ToolRequest("call-1", "book")
    telling.play(
        clock, asking, 2.4, 2.8,
        streamed=True, first_chunk_ns=2.6, finish_reasons=["tool_calls"], tool_calls=[tool],
        input_tokens=40, output_tokens=9, cached_input_tokens=4,
        input_content=[{"role": "user", "content": "my mail is a.b@example.com"}],
        output_content=[{"role": "assistant", "content": "done"}],
    )  # fmt: skip
    carrying = Inference("openai")
    carrying.request_model = "gpt-4o-mini"
    carrying.tool_results = [ToolRequest("call-1")]
    telling.play(clock, carrying, 3.0, 3.2)


def _speak(telling: Telling, clock: Clock) -> None:
    spoken = TextToSpeech("elevenlabs")
    spoken.request_model = "eleven_flash_v2_5"
    telling.play(
        clock, spoken, 3.2, 4.0,
        voice="rachel", first_chunk_ns=3.5, audio_bytes=32000, audio_seconds=1.0, characters=20,
        outcome=Outcome.INTERRUPTED, text_content="certainly",
    )  # fmt: skip
    refused = TextToSpeech("elevenlabs")
    refused.request_model = "eleven_v3"
    error = RuntimeError("call +49 170 1234567 with key sk-proj-abcdefghij0123456789")
    telling.play(clock, refused, 4.5, 5.0, outcome=Outcome.FAILED, error=error, status_code=429, error_type="429")


def test_a_call_is_one_trace(signals: Signals, clock: Clock) -> None:
    """A call becomes one tree: conversation, turn, operations, each with what is known and nothing that is not."""
    play(Telling(signals.providers()), clock)
    assert drawn(signals.spans()) == WHOLE
    assert len({span.context.trace_id for span in signals.spans()}) == 1


def test_a_turn_can_be_a_trace_of_its_own(signals: Signals, clock: Clock) -> None:
    """With the scope `turn`, the turn is a root linked to its conversation, and its operations follow it."""
    play(Telling(signals.providers(), trace_scope="turn"), clock)
    turn, conversation = signals.span("turn"), signals.span("conversation")
    assert turn.parent is None
    assert turn.links[0].context.trace_id == conversation.context.trace_id != turn.context.trace_id
    assert signals.span("speech_to_text nova-3").context.trace_id == turn.context.trace_id


@pytest.mark.parametrize(
    ("convention", "present", "absent"),
    [
        (
            "old",
            ["gen_ai.client.operation.duration", "gen_ai.client.token.usage"],
            ["gen_ai.client.inference.duration"],
        ),
        ("new", ["gen_ai.client.inference.duration"], ["gen_ai.client.token.usage"]),
        ("both", ["gen_ai.client.inference.duration", "gen_ai.client.token.usage"], []),
    ],
)
def test_the_names_of_metrics_are_one_switch(
    signals: Signals, clock: Clock, convention: str, present: list[str], absent: list[str]
) -> None:
    """Old names by default, the renamed ones on request, or both at once."""
    play(Telling(signals.providers(), convention=convention), clock)
    assert all(signals.points(name) for name in present)
    assert not any(signals.points(name) for name in absent)


def test_latency_has_the_turn_as_exemplar(signals: Signals, clock: Clock) -> None:
    """A point of the response latency leads to the turn that it was measured in."""
    play(Telling(signals.providers()), clock)
    (point,) = signals.points(names.METRIC_VOICE_TURN_RESPONSE_LATENCY)
    assert point.sum == pytest.approx(1.5)
    assert point.exemplars[0].span_id == signals.span("turn").context.span_id


def test_content_is_absent_unless_asked_for(signals: Signals, clock: Clock) -> None:
    """By default no signal carries what was said."""
    play(Telling(signals.providers()), clock)
    everything = drawn(signals.spans()) + repr([record.log_record.attributes for record in signals.logs()])
    assert not any(word in everything for word in ("book it", "my mail", "certainly"))


def test_content_is_redacted_and_on_spans_when_asked_for(signals: Signals, clock: Clock) -> None:
    """With SPAN_ONLY the spans carry it, without addresses."""
    play(Telling(signals.providers(), policy=ContentPolicy(on_spans=True)), clock)
    asked = next(span for span in signals.spans() if span.name == "chat gpt-4o-mini")
    assert "my mail is [email]" in asked.attributes[names.GEN_AI_INPUT_MESSAGES]
    assert "certainly" in signals.span("text_to_speech eleven_flash_v2_5").attributes[names.GEN_AI_INPUT_MESSAGES]
    assert "book it" in signals.span("speech_to_text nova-3").attributes[names.GEN_AI_OUTPUT_MESSAGES]


def test_content_goes_on_events_when_asked_for(signals: Signals, clock: Clock) -> None:
    """With EVENT_ONLY it is in log events, and on no span."""
    play(Telling(signals.providers(), policy=ContentPolicy(on_events=True)), clock)
    details = [
        log.log_record
        for log in signals.logs()
        if log.log_record.event_name == "gen_ai.client.inference.operation.details"
    ]
    told = repr([detail.attributes for detail in details])
    assert all(words in told for words in ("my mail is [email]", "certainly", "book it"))
    assert "my mail" not in drawn(signals.spans())


def test_a_failure_is_an_event_with_its_stack(signals: Signals, clock: Clock) -> None:
    """A failed call is a log event in the error category, in the trace, without secrets."""
    play(Telling(signals.providers()), clock)
    (event,) = [
        log.log_record for log in signals.logs() if log.log_record.event_name == "gen_ai.client.operation.exception"
    ]
    assert event.attributes[names.VOICE_LOG_CATEGORY] == "error"
    assert event.attributes[names.EXCEPTION_MESSAGE] == "call [phone] with key [secret]"
    assert event.span_id == signals.span("text_to_speech eleven_v3").context.span_id


def test_everything_a_model_call_may_say(signals: Signals, clock: Clock) -> None:
    """Every parameter and every count that a provider may give has its attribute, and only the given ones."""
    telling = Telling(signals.providers(), policy=ContentPolicy(on_spans=True))
    call = Inference("openai")
    call.request_model = "m"
    telling.play(
        clock, call, 0.0, 1.0,
        temperature=0.5, top_p=0.9, max_tokens=100, seed=7, frequency_penalty=0.1, presence_penalty=0.2,
        stop_sequences=["."], choice_count=2, output_type="text", response_model="m-1", response_id="r", request_id="q",
        input_tokens=5, output_tokens=6, reasoning_tokens=1, audio_input_tokens=2, audio_output_tokens=3,
        system_content=[{"role": "system", "content": "be kind"}],
    )  # fmt: skip
    assert (
        drawn(signals.spans())
        == """\
chat m [CLIENT] 0.00..1.00
    gen_ai.operation.name=chat
    gen_ai.output.type=text
    gen_ai.provider.name=openai
    gen_ai.request.choice.count=2
    gen_ai.request.frequency_penalty=0.1
    gen_ai.request.max_tokens=100
    gen_ai.request.model=m
    gen_ai.request.presence_penalty=0.2
    gen_ai.request.seed=7
    gen_ai.request.stop_sequences=('.',)
    gen_ai.request.temperature=0.5
    gen_ai.request.top_p=0.9
    gen_ai.response.id=r
    gen_ai.response.model=m-1
    gen_ai.system_instructions=[{"role": "system", "parts": [{"type": "text", "content": "be kind"}]}]
    gen_ai.usage.audio.input_tokens=2
    gen_ai.usage.audio.output_tokens=3
    gen_ai.usage.input_tokens=5
    gen_ai.usage.output_tokens=6
    gen_ai.usage.reasoning.output_tokens=1
    voice.request.id=q"""
    )


def test_what_a_tool_was_given_and_gave(signals: Signals, clock: Clock) -> None:
    """Arguments and result of a tool are content like any other."""
    telling = Telling(signals.providers(), policy=ContentPolicy(on_spans=True))
    asked, result = ToolRequest("call-1", "book"), ToolRequest("call-1")
    asked.arguments, result.result = '{"day": "Monday"}', "booked"
    telling.play(clock, Inference("openai"), 0.0, 1.0, tool_calls=[asked])
    carrying = Inference("openai")
    carrying.tool_results = [result]
    telling.play(clock, carrying, 2.0, 3.0)
    told = signals.span("execute_tool book")
    assert told.attributes[names.GEN_AI_TOOL_CALL_ARGUMENTS] == '{"day": "Monday"}'
    assert told.attributes[names.GEN_AI_TOOL_CALL_RESULT] == "booked"


def test_what_a_program_says_of_its_call(signals: Signals, clock: Clock) -> None:
    """The names a program gives are on the root; bounded ones are labels of the metrics."""
    telling = Telling(signals.providers())
    telling.conversations.open(
        Conversation(
            "call-7", Origin.EXPLICIT, given=True, session_id="s", user_id="u", channel="phone", direction="inbound"
        )
    )
    telling.conversations.close_all()
    root = signals.span("conversation").attributes
    assert root[names.GEN_AI_CONVERSATION_ID] == root[names.VOICE_CONVERSATION_ID] == "call-7"
    assert (root[names.SESSION_ID], root[names.USER_ID]) == ("s", "u")
    (ended,) = signals.points(names.METRIC_VOICE_CONVERSATIONS)
    assert ended.attributes[names.VOICE_CONVERSATION_CHANNEL] == "phone"
    assert ended.attributes[names.VOICE_CONVERSATION_DIRECTION] == "inbound"


def test_a_failure_told_in_an_answer_is_an_event_too(signals: Signals, clock: Clock) -> None:
    """Some providers fail without an exception; the event then carries the provider's word for it."""
    call = Inference("openai")
    Telling(signals.providers()).play(clock, call, 0.0, 1.0, outcome=Outcome.FAILED, error_type="server_error")
    (event,) = [log.log_record for log in signals.logs()]
    assert event.body == "openai chat failed: server_error"
    assert names.EXCEPTION_TYPE not in event.attributes
    assert signals.span("chat").attributes[names.ERROR_TYPE] == "server_error"
