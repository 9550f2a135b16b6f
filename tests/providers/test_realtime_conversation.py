"""A whole conversation with a model that listens and speaks itself: the real SDKs, told as turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from otel_voice import providers
from otel_voice.capture.install import Installation
from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.signals import Signals
from tests.telemetry.telling import Telling

# The answer is still being made when the user speaks over it, on a slow machine, too.
WORDS = "transcript=One table please.|No wait|For two,reply=" + "word " * 20
SCRIPT = f"{WORDS},interval=0.05"


@contextmanager
def told(name: str, signals: Signals) -> Iterator[Telling]:
    """The provider's SDK, told by the real telemetry."""
    telling = Telling(signals.providers())
    installation = Installation(providers.load(name), telling.recorder)
    installation.install()
    try:
        yield telling
    finally:
        installation.uninstall()
        telling.conversations.close_all()


def tree(signals: Signals) -> list[tuple[str, list[str]]]:
    """The turns in their order, each with the operations in it."""
    spans = sorted(signals.spans(), key=lambda span: span.start_time)
    turns = [span for span in spans if span.name == "turn"]
    return [
        (str(turn.attributes.get(names.VOICE_INTERRUPTION_SOURCE)), [span.name for span in spans if within(span, turn)])
        for turn in turns
    ]


def within(span: Any, turn: Any) -> bool:
    operation = names.GEN_AI_OPERATION_NAME in span.attributes
    return operation and span.parent is not None and span.parent.span_id == turn.context.span_id


def latencies(signals: Signals) -> list[float]:
    turns = [span for span in signals.spans() if span.name == "turn"]
    return [turn.attributes[names.VOICE_TURN_RESPONSE_LATENCY] for turn in turns]


async def test_a_conversation_over_openai_realtime(simulators: Simulators, signals: Signals) -> None:
    """Each utterance opens a turn, its answer is in it, and the turn in which the user spoke over it says so."""
    from tests.providers.openai_realtime_calls import WORDS as VOCABULARIES
    from tests.providers.openai_realtime_calls import talking

    with told("openai", signals):
        async with talking("Async", VOCABULARIES[-1], simulators, SCRIPT) as talk:
            await talk.setting(transcription={"model": "whisper-1"})
            await talk.says()
            item = (await talk.until("output_item.added")).item
            await talk.until("audio.delta")
            await talk.says()
            await talk.answer()
            await talk.send("conversation.item.truncate", item_id=item.id, content_index=0, audio_end_ms=120)
            await talk.answer()
    exchange = ["speech_to_text whisper-1", "realtime_inference gpt-realtime"]
    assert tree(signals) == [("user_speech", exchange), ("None", exchange)]
    assert all(0 < latency < 60 for latency in latencies(signals))
    first = next(span for span in signals.spans() if names.VOICE_AUDIO_HEARD_DURATION in span.attributes)
    assert first.attributes[names.VOICE_AUDIO_HEARD_DURATION] == 0.12
    assert len([span for span in signals.spans() if span.name == "conversation"]) == 1


async def test_a_conversation_over_gemini_live(simulators: Simulators, signals: Signals) -> None:
    """The same where the service tells of the user by transcripts alone."""
    try:
        from tests.providers.google_genai_calls import VERSION
        from tests.providers.google_genai_live_calls import talking
    except ImportError:
        pytest.skip("google-genai is not installed")
    if VERSION < (1, 16):
        pytest.skip("google-genai cannot ask for transcripts before 1.16")
    with told("google_genai", signals):
        async with talking(simulators, SCRIPT, {"input_audio_transcription": {}}) as talk:
            await talk.says()
            while (await talk.session._receive()).data is None:
                pass
            await talk.says()
            await talk.messages()
            await talk.messages()
    exchange = ["realtime_inference gemini-live-2.5-flash", "speech_to_text gemini-live-2.5-flash"]
    turns = [(source, sorted(found)) for source, found in tree(signals)]
    assert turns == [("user_speech", exchange), ("None", exchange)]
    assert all(0 <= latency < 60 for latency in latencies(signals))
