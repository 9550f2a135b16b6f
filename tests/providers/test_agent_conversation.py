"""A whole conversation with an agent that a provider keeps: the real SDKs, told as turns."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import trace

from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.providers.test_realtime_conversation import SCRIPT, WORDS, latencies, told, tree
from tests.signals import Signals


def answers(signals: Signals) -> list[Any]:
    return [
        span for span in signals.spans() if span.attributes.get(names.GEN_AI_OPERATION_NAME) == "realtime_inference"
    ]


def skip_without_agents() -> None:
    from tests.contract.exercises.elevenlabs import VERSION

    if VERSION < (2, 11):
        pytest.skip("the conversation of older versions has no place where it can be observed")


async def test_a_conversation_with_an_agent_of_deepgram(simulators: Simulators, signals: Signals) -> None:
    """Each utterance opens a turn, its answer is in it with Deepgram's own measures, and who spoke over it is told."""
    from tests.providers.test_deepgram_agent import talking

    with told("deepgram", signals):
        async with talking("Async", simulators, SCRIPT) as talk:
            await talk.says()
            await talk.until("audio")
            await talk.says()
            await talk.until("AgentAudioDone")
    exchange = ["speech_to_text nova-3", "realtime_inference gpt-4o-mini"]
    assert tree(signals) == [("user_speech", exchange), ("None", exchange)]
    assert all(0 <= latency < 60 for latency in latencies(signals))
    for turn in (span for span in signals.spans() if span.name == "turn"):
        assert turn.attributes["voice.turn.stage.synthesis"] > 0  # it was measured apart from the words
    for span in answers(signals):
        assert span.attributes[names.VOICE_PROVIDER_RESPONSE_LATENCY] == 0.9
        assert span.attributes[names.VOICE_PROVIDER_TRANSCRIPTION_LATENCY] == 0.1
        assert span.attributes[names.VOICE_PROVIDER_INFERENCE_LATENCY] == 0.5
        assert span.attributes[names.VOICE_PROVIDER_SYNTHESIS_LATENCY] == 0.3
        assert span.attributes[names.GEN_AI_REALTIME_SESSION_ID]


async def test_a_conversation_with_an_agent_of_elevenlabs(simulators: Simulators, signals: Signals) -> None:
    """The same where the service hears the user's interruption first, and their words later."""
    skip_without_agents()
    from tests.contract.matrix import until
    from tests.providers.elevenlabs_agent_calls import AGENT, talking

    with told("elevenlabs", signals):
        async with talking("", simulators, f"{WORDS},interval=5,chunks=2") as talk:
            await talk.says()
            await talk.hears()
            await talk.says()
            heard = len(talk.line.sounds)
            await until(lambda: talk.line.interruptions and len(talk.line.sounds) > heard, "the second answer")
    assert [source for source, _ in tree(signals)] == ["user_speech", "caller"]
    assert all(sorted(found) == ["realtime_inference", "speech_to_text"] for _, found in tree(signals))
    assert all(0 <= latency < 60 for latency in latencies(signals))
    first, second = answers(signals)
    assert first.attributes[names.GEN_AI_AGENT_ID] == AGENT
    assert second.attributes[names.VOICE_PROVIDER_ROUND_TRIP] == 0.042
    assert second.attributes[names.GEN_AI_REALTIME_SESSION_ID].startswith("conv_")


async def test_a_thread_knows_who_began_it(simulators: Simulators, signals: Signals) -> None:
    """ElevenLabs' conversation runs in a thread of its own; it belongs to the request that was served then."""
    skip_without_agents()
    from tests.providers.elevenlabs_agent_calls import talking

    server = signals.tracer_provider.get_tracer("server")
    with told("elevenlabs", signals):
        with server.start_as_current_span("GET /call", kind=trace.SpanKind.SERVER) as request:
            talk = talking("", simulators, SCRIPT)
            line = await talk.__aenter__()
        await line.says()
        await line.hears()
        await talk.__aexit__(None, None, None)
    ours = [span for span in signals.spans() if span.name != "GET /call"]
    assert {span.context.trace_id for span in ours} == {request.get_span_context().trace_id}
    assert len(ours) >= 4
