"""What a call costs: on each operation, summed on its turn and its conversation, and counted as a metric."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace

from otel_voice.observation import clock as the_clock
from otel_voice.observation.records import Inference, Outcome, SpeechToText, TextToSpeech
from otel_voice.prices.prices import Prices, chosen
from otel_voice.telemetry import names
from tests.signals import Signals
from tests.telemetry.telling import Telling
from tests.unit.conversing import Clock

HEARD = 30 / 60 * 0.0048
THOUGHT = (600 * 0.15 + 400 * 0.075 + 50 * 0.6) / 1e6
SPOKEN = 200 / 1000 * 0.04


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    return clock


def _play(telling: Telling, clock: Clock, *models: str) -> None:
    """A call of one turn: heard, answered by each of the models, spoken until it was cut short."""
    stream = telling.recorder.session_opened()
    telling.play(clock, _of(SpeechToText, "deepgram", "nova-3"), 1.0, 2.0, audio_seconds=30.0, streamed=True)
    for model in models:
        used = {"input_tokens": 1000, "cached_input_tokens": 400, "output_tokens": 50}
        telling.play(clock, _of(Inference, "openai", model), 2.0, 3.0, **used)
    spoken = {"characters": 200, "first_chunk_ns": 3.5, "outcome": Outcome.INTERRUPTED}
    telling.play(clock, _of(TextToSpeech, "elevenlabs", "eleven_flash_v2_5"), 3.0, 4.0, **spoken)
    refused = {"characters": 200, "outcome": Outcome.FAILED}
    telling.play(clock, _of(TextToSpeech, "elevenlabs", "eleven_flash_v2_5"), 4.0, 5.0, **refused)
    telling.recorder.session_closed(stream)
    telling.conversations.close_all()


def _of(kind: Any, provider: str, model: str) -> Any:
    record = kind(provider)
    record.request_model = model
    return record


def test_a_call_tells_what_it_cost(signals: Signals, clock: Clock) -> None:
    """Each operation its own, also one cut short; one that failed none; turn and conversation the sum."""
    _play(Telling(signals.providers(), prices=Prices()), clock, "gpt-4o-mini")
    assert signals.span("speech_to_text nova-3").attributes[names.VOICE_COST] == pytest.approx(HEARD)
    assert signals.span("chat gpt-4o-mini").attributes[names.VOICE_COST] == pytest.approx(THOUGHT)
    spoken = [span.attributes for span in signals.spans() if span.name.startswith("text_to_speech")]
    assert spoken[0][names.VOICE_COST] == pytest.approx(SPOKEN)
    assert names.VOICE_COST not in spoken[1]
    whole = pytest.approx(HEARD + THOUGHT + SPOKEN)
    assert signals.span("turn").attributes[names.VOICE_TURN_COST] == whole
    conversation = signals.span("conversation").attributes
    assert conversation[names.VOICE_CONVERSATION_COST] == whole
    assert names.VOICE_CONVERSATION_COST_UNPRICED not in conversation


def test_the_end_of_a_call_tells_its_cost(signals: Signals, clock: Clock) -> None:
    """The event carries it, and one call is one value of the histogram."""
    _play(Telling(signals.providers(), prices=Prices()), clock, "gpt-4o-mini")
    [ended] = [each.log_record for each in signals.logs() if each.log_record.event_name == "voice.conversation.ended"]
    assert ended.attributes[names.VOICE_COST] == pytest.approx(HEARD + THOUGHT + SPOKEN)
    [point] = signals.points(names.METRIC_VOICE_CONVERSATION_COST)
    assert (point.count, point.sum) == (1, pytest.approx(HEARD + THOUGHT + SPOKEN))
    assert set(point.attributes) == {names.VOICE_CONVERSATION_OUTCOME}


def test_costs_are_counted_by_provider_and_model(signals: Signals, clock: Clock) -> None:
    """The counter has the labels of the operation, and what it counts is the sum of the spans."""
    _play(Telling(signals.providers(), prices=Prices()), clock, "gpt-4o-mini", "gpt-4o-mini")
    points = {point.attributes[names.GEN_AI_PROVIDER_NAME]: point for point in signals.points(names.METRIC_VOICE_COST)}
    assert points["openai"].value == pytest.approx(2 * THOUGHT)
    assert points["deepgram"].value == pytest.approx(HEARD)
    assert points["elevenlabs"].value == pytest.approx(SPOKEN)
    assert points["openai"].attributes[names.GEN_AI_REQUEST_MODEL] == "gpt-4o-mini"


def test_an_unknown_model_has_no_cost_and_the_conversation_says_so(signals: Signals, clock: Clock) -> None:
    """Absent, not 0; the sum goes on without it and tells how many operations it lacks."""
    _play(Telling(signals.providers(), prices=Prices()), clock, "a-model-of-tomorrow")
    assert names.VOICE_COST not in signals.span("chat a-model-of-tomorrow").attributes
    conversation = signals.span("conversation").attributes
    assert conversation[names.VOICE_CONVERSATION_COST] == pytest.approx(HEARD + SPOKEN)
    assert conversation[names.VOICE_CONVERSATION_COST_UNPRICED] == 1


def test_a_conversation_without_a_known_price_has_no_cost(signals: Signals, clock: Clock) -> None:
    """Nothing known is not nothing spent."""
    telling = Telling(signals.providers(), prices=Prices())
    stream = telling.recorder.session_opened()
    telling.play(clock, _of(Inference, "openai", "a-model-of-tomorrow"), 1.0, 2.0, input_tokens=1)
    telling.recorder.session_closed(stream)
    telling.conversations.close_all()
    conversation = signals.span("conversation").attributes
    assert names.VOICE_CONVERSATION_COST not in conversation
    assert names.VOICE_TURN_COST not in signals.span("turn").attributes
    assert conversation[names.VOICE_CONVERSATION_COST_UNPRICED] == 1


def test_costs_can_be_switched_off(signals: Signals, clock: Clock) -> None:
    """OTEL_VOICE_PRICES=none: not even that something has no price."""
    off, _ = chosen("none")
    _play(Telling(signals.providers(), prices=off), clock, "gpt-4o-mini", "a-model-of-tomorrow")
    assert not any("cost" in name for span in signals.spans() for name in span.attributes)
    assert not signals.points(names.METRIC_VOICE_COST)


def test_a_file_changes_the_price(signals: Signals, clock: Clock, tmp_path: Path) -> None:
    """From the file to the span."""
    path = tmp_path / "prices.json"
    entry = {"provider": "openai", "model": {"starts_with": "gpt-"}, "usd": {"input_mtok": 1000, "output_mtok": 0}}
    path.write_text(json.dumps({"prices": [entry]}), encoding="utf-8")
    prices, problems = chosen(str(path))
    assert problems == []
    _play(Telling(signals.providers(), prices=prices), clock, "gpt-4o-mini")
    assert signals.span("chat gpt-4o-mini").attributes[names.VOICE_COST] == pytest.approx(1)


def test_what_another_instrumentation_tells_is_priced_once(signals: Signals, clock: Clock) -> None:
    """On its span, in the counter and in the sum: once in each, since nobody else says it."""
    telling = Telling(signals.providers(), prices=Prices())
    stream = telling.recorder.session_opened()
    framework = signals.tracer_provider.get_tracer("some.framework")
    with framework.start_as_current_span("chat m", attributes={names.GEN_AI_OPERATION_NAME: "chat"}):
        telling.play(clock, _of(Inference, "openai", "gpt-4o-mini"), 1.0, 2.0, input_tokens=1_000_000)
    telling.recorder.session_closed(stream)
    telling.conversations.close_all()
    _is_told_once(signals, "chat m", 0.15)


def test_what_an_sdk_tells_itself_is_priced_once(signals: Signals, clock: Clock) -> None:
    """The one span of the call is the SDK's, and the cost stands on it."""
    telling = Telling(signals.providers(), prices=Prices())
    stream = telling.recorder.session_opened()
    record = _of(Inference, "anthropic", "claude-haiku-4-5")
    record.told_by_sdk = True
    handle = telling.recorder.start(record)
    token = telling.recorder.enter(handle)
    attributes = {names.GEN_AI_OPERATION_NAME: "chat"}
    span = signals.tracer_provider.get_tracer("com.sdk").start_span("sdk.call", attributes=attributes)
    with trace.use_span(span, end_on_exit=True):
        telling.recorder.told_here()
    telling.recorder.leave(token)
    record.input_tokens, record.outcome, record.ended_ns = 1_000_000, Outcome.COMPLETED, record.started_ns + 1
    telling.recorder.finish(handle, record)
    telling.recorder.session_closed(stream)
    telling.conversations.close_all()
    _is_told_once(signals, "sdk.call", 1.0)


def _is_told_once(signals: Signals, name: str, usd: float) -> None:
    told = [span for span in signals.spans() if names.VOICE_COST in span.attributes]
    assert [span.name for span in told] == [name]
    assert told[0].attributes[names.VOICE_COST] == pytest.approx(usd)
    assert signals.span("conversation").attributes[names.VOICE_CONVERSATION_COST] == pytest.approx(usd)
    assert [point.value for point in signals.points(names.METRIC_VOICE_COST)] == [pytest.approx(usd)]


def test_a_bad_file_is_one_warning(tmp_path: Path) -> None:
    """Of a whole process, and of its children, however often it is read."""
    code = (
        "import os, subprocess, sys; from otel_voice.runtime import runtime; runtime(); runtime()\n"
        "sys.argv[1:] or subprocess.run([sys.executable, '-c', sys.orig_argv[2], 'child'], check=True)"
    )
    missing = tmp_path / "none.json"
    env = {**os.environ, "OTEL_VOICE_PRICES": str(missing)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == [
        f"otel_voice: OTEL_VOICE_PRICES: {missing} cannot be read: No such file or directory."
        " Using the shipped prices alone."
    ]
