"""How an answer would sound if it were played as it came, as spans, metrics and events tell it."""

from __future__ import annotations

import pytest

from otel_voice.observation import clock as the_clock
from otel_voice.observation.records import SpeechToText, TextToSpeech
from otel_voice.telemetry import names
from otel_voice.telemetry.content import ContentPolicy
from tests.signals import Signals
from tests.telemetry.telling import Telling
from tests.unit.conversing import Clock

LABELS = {names.GEN_AI_PROVIDER_NAME: "openai"}
SPOKEN = "Your table is booked for eight."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    return clock


def played(telling: Telling, clock: Clock) -> None:
    """An answer that begins with silence, comes too slowly, and is spoken over."""
    conversation = telling.conversations.session_opened()
    heard = {"conversation": conversation, "streamed": True}
    telling.play(clock, SpeechToText("deepgram"), 1.0, 2.5, **heard, speech_ended_ns=2.0)
    telling.play(
        clock,
        TextToSpeech("openai"),
        2.5,
        5.5,
        streamed=True,
        first_chunk_ns=3.0,
        audible_ns=3.25,
        last_chunk_ns=5.5,
        audio_seconds=2.0,
        underruns=2,
        dry_seconds=0.5,
        text_content=SPOKEN,
    )
    telling.play(clock, SpeechToText("deepgram"), 4.0, 5.0, **heard)
    telling.conversations.close_all()


def test_a_synthesis_says_how_it_would_be_played(signals: Signals, clock: Clock) -> None:
    """Its first sound, its pace, and the gaps that a player would have had."""
    played(Telling(signals.providers()), clock)
    said = signals.span("text_to_speech").attributes
    assert said[names.VOICE_TTS_TIME_TO_FIRST_SOUND] == 0.75
    assert said[names.VOICE_TTS_REAL_TIME_FACTOR] == 1.5
    assert said[names.VOICE_TTS_UNDERRUNS] == 2
    assert said[names.VOICE_TTS_UNDERRUN_DURATION] == 0.5


def test_the_metrics_of_playing(signals: Signals, clock: Clock) -> None:
    """The same, by provider and model."""
    played(Telling(signals.providers()), clock)
    (underruns,) = signals.points(names.METRIC_VOICE_TTS_UNDERRUNS)
    (factor,) = signals.points(names.METRIC_VOICE_TTS_REAL_TIME_FACTOR)
    (first,) = signals.points(names.METRIC_VOICE_TTS_TIME_TO_FIRST_SOUND)
    assert (underruns.value, factor.sum, first.sum) == (2, 1.5, 0.75)
    assert dict(underruns.attributes) == dict(factor.attributes) == dict(first.attributes) == LABELS


def test_the_caller_waits_for_sound(signals: Signals, clock: Clock) -> None:
    """The latency of the turn, in its span and its metric, ends with the first sound and not with the first byte."""
    played(Telling(signals.providers()), clock)
    turn = next(span for span in signals.spans() if span.name == "turn")
    assert turn.attributes[names.VOICE_TURN_RESPONSE_LATENCY] == 1.25
    assert turn.attributes[names.VOICE_TURN_FIRST_AUDIO_SOURCE] == "first_audible_sample"
    assert turn.attributes[f"{names.VOICE_TURN_STAGE}.playback"] == 0.25
    (latency,) = signals.points(names.METRIC_VOICE_TURN_RESPONSE_LATENCY)
    assert latency.sum == 1.25


@pytest.mark.parametrize(("on_spans", "on_events"), [(True, False), (False, True), (False, False)])
def test_words_that_were_heard_are_content(signals: Signals, clock: Clock, on_spans: bool, on_events: bool) -> None:
    """They go where content goes, and nowhere else."""
    played(Telling(signals.providers(), policy=ContentPolicy(on_spans, on_events)), clock)
    turn = next(span for span in signals.spans() if span.name == "turn")
    ended = next(
        log
        for log in (each.log_record for each in signals.logs())
        if log.event_name == names.EVENT_VOICE_TURN_COMPLETED
    )
    text = "Your table is"
    assert turn.attributes.get(names.VOICE_INTERRUPTION_HEARD_TEXT) == (text if on_spans else None)
    assert ended.attributes.get(names.VOICE_INTERRUPTION_HEARD_TEXT) == (text if on_events else None)
