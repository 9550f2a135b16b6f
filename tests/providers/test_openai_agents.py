"""OpenAI's Agents SDK asks through OpenAI's: what an agent and a voice pipeline do is told there, each request once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Inference, SpeechToText, TextToSpeech
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import MODEL, client, observed

agents = pytest.importorskip("agents", reason="openai-agents is not installed in this environment")
UNTOLD = {"tracing_disabled": True}
"""Its own tracing would want to send what it saw to OpenAI; nothing here depends on it."""


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


def agent(simulators: Simulators, model: str) -> Any:
    """An agent with a tool; `model` is the class that asks."""

    @agents.function_tool
    def book_appointment(day: str) -> str:
        """Book an appointment."""
        return f"booked for {day}"

    asking = getattr(agents, model)(model=MODEL, openai_client=client("Async", simulators))
    return agents.Agent(name="Northwind", model=asking, tools=[book_appointment])


@pytest.mark.parametrize("model", ["OpenAIResponsesModel", "OpenAIChatCompletionsModel"])
async def test_each_request_of_a_run_is_one_record(model: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A run that uses a tool is the request that asks for it, and the one that carries its result."""
    run = agents.RunConfig(**UNTOLD)
    await agents.Runner.run(agent(simulators, model), "Book an appointment for Monday", run_config=run)
    asking, carrying = sink.records
    assert isinstance(asking, Inference)
    assert isinstance(carrying, Inference)
    assert [tool.name for tool in asking.tool_calls] == ["book_appointment"]
    assert [tool.call_id for tool in carrying.tool_results] == [asking.tool_calls[0].call_id]


@pytest.mark.parametrize("model", ["OpenAIResponsesModel", "OpenAIChatCompletionsModel"])
async def test_a_streamed_run_is_one_streamed_record(model: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Its first chunk is that of the model, and it is told once."""
    result = agents.Runner.run_streamed(agent(simulators, model), "Hello", run_config=agents.RunConfig(**UNTOLD))
    _ = [event async for event in result.stream_events()]
    record = sink.only(Inference)
    assert record.streamed
    assert record.first_chunk_ns is not None


async def test_a_voice_pipeline_is_one_record_a_stage(simulators: Simulators, sink: RecordingSink) -> None:
    """A recording is transcribed, answered and spoken: one record of each."""
    numpy = pytest.importorskip("numpy", reason="the voice extra of openai-agents is not installed")
    voice = pytest.importorskip("agents.voice", reason="the voice extra of openai-agents is not installed")
    sdk = client("Async", simulators, "transcript=Hello")
    spoken = agent(simulators, "OpenAIChatCompletionsModel")
    pipeline = voice.VoicePipeline(
        workflow=voice.SingleAgentVoiceWorkflow(spoken),
        stt_model=voice.OpenAISTTModel("whisper-1", sdk),
        tts_model=voice.OpenAITTSModel("tts-1", sdk),
        config=voice.VoicePipelineConfig(**UNTOLD),
    )
    result = await pipeline.run(voice.AudioInput(buffer=numpy.zeros(24000, dtype=numpy.int16)))
    heard = [event async for event in result.stream() if event.type == "voice_stream_event_audio"]
    assert heard
    kinds = [type(record) for record in sink.records]
    assert sorted(kinds, key=str) == sorted([SpeechToText, Inference, TextToSpeech], key=str)
