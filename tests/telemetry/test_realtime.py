"""The answer of a model that listens and speaks itself, as span, metrics and turn."""

from __future__ import annotations

import pytest

from otel_voice.observation import clock as the_clock
from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText
from otel_voice.telemetry import names
from otel_voice.telemetry.content import ContentPolicy
from tests.signals import Signals
from tests.telemetry.telling import Telling, drawn
from tests.unit.conversing import Clock

WHOLE = """\
conversation [INTERNAL] 0.00..4.00
    voice.conversation.dead_air.duration=1.5
    voice.conversation.origin=implicit
    voice.conversation.outcome=completed
    voice.conversation.overlap.duration=0.0
    voice.conversation.speech.agent.duration=1.5
    voice.conversation.speech.user.duration=1.0
    voice.conversation.talk_ratio=0.6
    voice.conversation.time_to_first_word=2.5
    voice.conversation.turns=1
  turn [INTERNAL] 1.00..4.00
      voice.interruption.heard.duration=1.5
      voice.interruption.source=caller
      voice.interruption.unheard.duration=0.5
      voice.turn.first_audio.source=first_audio_byte
      voice.turn.index=1
      voice.turn.initiator=user
      voice.turn.interrupted=True
      voice.turn.response.latency=0.5
      voice.turn.speech_end.source=provider_event
"""
ANSWER = {
    names.GEN_AI_OPERATION_NAME: "realtime_inference",
    names.GEN_AI_PROVIDER_NAME: "openai",
    names.GEN_AI_REQUEST_MODEL: "gpt-realtime",
    names.GEN_AI_REQUEST_STREAM: True,
    names.GEN_AI_REALTIME_SESSION_ID: "sess_1",
    names.GEN_AI_RESPONSE_ID: "resp_1",
    names.GEN_AI_RESPONSE_FINISH_REASONS: ("client_cancelled",),
    names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: 0.25,
    names.GEN_AI_OUTPUT_TYPE: "speech",
    names.GEN_AI_SPEECH_VOICE: "marin",
    names.GEN_AI_USAGE_INPUT_TOKENS: 100,
    names.GEN_AI_USAGE_OUTPUT_TOKENS: 60,
    names.GEN_AI_USAGE_AUDIO_INPUT_TOKENS: 80,
    names.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS: 45,
    names.VOICE_AUDIO_FORMAT: "pcm",
    names.VOICE_AUDIO_SAMPLE_RATE: 24000,
    names.VOICE_AUDIO_CHANNELS: 1,
    names.VOICE_AUDIO_BYTES: 96000,
    names.VOICE_AUDIO_DURATION: 2.0,
    names.VOICE_AUDIO_HEARD_DURATION: 1.5,
    names.VOICE_INTERRUPTED: True,
    names.VOICE_TURN_INDEX: 1,
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    return clock


def answered(telling: Telling, clock: Clock, **facts: object) -> RealtimeResponse:
    """The user says something and is answered."""
    stream = telling.recorder.session_opened()
    said = SpeechToText("openai")
    said.conversation, said.streamed = stream, True
    telling.play(clock, said, 1.0, 2.2, speech_ended_ns=2.0, speech_end_source="provider_event")
    record = RealtimeResponse("openai")
    record.conversation, record.answers, record.request_model = stream, said, "gpt-realtime"
    telling.play(clock, record, 2.25, 4.0, audible=True, first_chunk_ns=2.5, **facts)
    telling.conversations.close_all()
    return record


def test_an_answer_is_one_span_in_its_turn(signals: Signals, clock: Clock) -> None:
    """Everything that is known of an answer is on its span, and what the caller felt on the turn's."""
    telling = Telling(signals.providers())
    answered(
        telling, clock,
        asked_ns=2.25, streamed=True, session_id="sess_1", response_id="resp_1", voice="marin",
        finish_reasons=["client_cancelled"], input_tokens=100, output_tokens=60,
        audio_input_tokens=80, audio_output_tokens=45, audio_format="pcm", sample_rate=24000, channels=1,
        audio_bytes=96000, audio_seconds=2.0, heard_seconds=1.5, outcome=Outcome.INTERRUPTED,
    )  # fmt: skip
    span = signals.span("realtime_inference gpt-realtime")
    ours = (names.VOICE_CONVERSATION_ID, names.VOICE_TURN_ID)
    assert {name: value for name, value in span.attributes.items() if name not in ours} == ANSWER
    assert span.parent.span_id == signals.span("turn").context.span_id
    shown = "\n".join(line for line in drawn(signals.spans()).splitlines() if "voice.turn.stage" not in line)
    assert shown.startswith(WHOLE)


def test_its_tokens_and_its_first_sound_are_metrics(signals: Signals, clock: Clock) -> None:
    """It is counted as the model call it is."""
    answered(Telling(signals.providers()), clock, asked_ns=2.25, input_tokens=100, output_tokens=60)
    used = signals.points(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)
    assert sorted(point.sum for point in used) == [60, 100]
    (first,) = signals.points(names.METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK)
    assert (first.sum, first.attributes[names.GEN_AI_OPERATION_NAME]) == (0.25, "realtime_inference")
    (latency,) = signals.points(names.METRIC_VOICE_TURN_RESPONSE_LATENCY)
    assert latency.sum == 0.5


def test_a_first_sound_without_a_question_measures_nothing(signals: Signals, clock: Clock) -> None:
    """Where the service does not tell when it was asked, the time to the first sound is absent and not 0."""
    answered(Telling(signals.providers()), clock)
    assert names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK not in signals.span("realtime_inference gpt-realtime").attributes
    assert not signals.points(names.METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK)


def test_its_words_are_content(signals: Signals, clock: Clock) -> None:
    """What it said is recorded only when content is asked for."""
    said = [{"role": "assistant", "content": "Good morning."}]
    answered(Telling(signals.providers(), policy=ContentPolicy(on_spans=True)), clock, output_content=said)
    attributes = signals.span("realtime_inference gpt-realtime").attributes
    assert "Good morning." in attributes[names.GEN_AI_OUTPUT_MESSAGES]
