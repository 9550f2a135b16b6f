"""Two hundred calls at once in one process, for a minute: hear, think, speak, be spoken over, again and again."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any

import openai
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

import otel_voice
from otel_voice import providers
from otel_voice.capture.install import Installation
from otel_voice.conversations.model import Conversation, Turn
from otel_voice.observation.records import Operation
from otel_voice.runtime import runtime
from otel_voice.telemetry import names

# openai 3 speaks httpx2, the ones before it httpx.
httpx: Any = import_module("httpx2" if hasattr(openai, "_httpx2") else "httpx")

CALLS = 200
SECONDS = 60
SETTLED = 20
"""Seconds after which nothing may be more than it was."""
SOUND = b"\0\x40" * 2400
MESSAGES: Any = [{"role": "user", "content": "A table, please."}]


class Watching(SpanProcessor):
    """Judges each span when it ends and keeps none of them."""

    def __init__(self) -> None:
        self.turns: Counter[str] = Counter()
        self.wrong: list[str] = []

    def on_end(self, span: ReadableSpan) -> None:
        said = span.attributes or {}
        call = str(said.get(names.VOICE_CONVERSATION_ID))
        model = said.get(names.GEN_AI_REQUEST_MODEL)
        if model is not None and model != call:
            self.wrong.append(f"{span.name} stands in {call}")
        latency = said.get(names.VOICE_TURN_RESPONSE_LATENCY)
        if span.name == names.SPAN_TURN and latency is not None:
            self.turns[call] += 1
            stages = [value for name, value in said.items() if name.startswith(f"{names.VOICE_TURN_STAGE}.")]
            if min(stages) < 0 or sum(stages) != pytest.approx(latency):
                self.wrong.append(f"{call}: {stages} are not {latency}")


@pytest.fixture
def metrics() -> InMemoryMetricReader:
    return InMemoryMetricReader()


@pytest.fixture
def watching(metrics: InMemoryMetricReader) -> Iterator[Watching]:
    """Everything is observed and judged."""
    watching = Watching()
    tracing = TracerProvider(shutdown_on_exit=False)
    tracing.add_span_processor(watching)
    metering = MeterProvider([metrics], shutdown_on_exit=False)
    recorder = runtime().recorder(runtime().telemetry(tracer_provider=tracing, meter_provider=metering))
    installation = Installation(providers.load("openai"), recorder)
    installation.install()
    yield watching
    installation.uninstall()
    runtime().conversations.close_all()
    runtime().telemetry()


class Streamed(httpx.AsyncByteStream):  # type: ignore[misc]
    """A body that comes in pieces, a few milliseconds apart."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            await asyncio.sleep(random.uniform(0.01, 0.05))
            yield piece


def _event(content: str) -> bytes:
    said = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + json.dumps({**said, "choices": [{"index": 0, "delta": {"content": content}}]}).encode() + b"\n\n"


async def answer(request: Any) -> Any:
    """What the service answers."""
    if request.url.path.endswith("/speech"):
        return httpx.Response(200, stream=Streamed(SOUND, SOUND, SOUND))
    body = Streamed(_event("For "), _event("eight."), b"data: [DONE]\n\n")
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)


class Caller:
    """One call until the end of the minute."""

    def __init__(self, number: int, client: openai.AsyncOpenAI) -> None:
        self.name, self.client = f"call-{number}", client
        self.turns = 0

    async def calls(self, until: float) -> None:
        async with otel_voice.conversation(self.name) as call:
            while time.monotonic() < until:
                await self._turn(call)
                self.turns += 1

    async def _turn(self, call: otel_voice.Call) -> None:
        call.user_speech_started()
        await asyncio.sleep(random.uniform(0.5, 1.5))
        call.user_speech_ended()
        completions = self.client.chat.completions
        async for _ in await completions.create(model=self.name, messages=MESSAGES, stream=True):
            pass
        speech = self.client.audio.speech.with_streaming_response
        async with speech.create(model=self.name, voice="alloy", input="For eight.", response_format="pcm") as sound:
            async for _ in sound.iter_bytes():
                pass
        call.playback_started()
        await asyncio.sleep(random.uniform(0.1, 0.5))
        if random.random() < 0.3:
            call.interrupted("user_speech")
        call.playback_ended()


def _alive() -> Counter[str]:
    """What of ours is in memory."""
    gc.collect()
    kinds = (Operation, Turn, Conversation)
    return Counter(kind.__name__ for each in gc.get_objects() for kind in kinds if isinstance(each, kind))


@pytest.mark.timeout(SECONDS + 240)
async def test_a_minute_of_two_hundred_calls(watching: Watching, metrics: InMemoryMetricReader) -> None:
    """Every turn belongs to its own call, its stages are its latency, and nothing grows."""
    client = openai.AsyncOpenAI(
        api_key="simulated", http_client=httpx.AsyncClient(transport=httpx.MockTransport(answer)), max_retries=0
    )
    before = _alive()
    began = time.monotonic()
    callers = [Caller(number, client) for number in range(CALLS)]
    calls = [asyncio.create_task(caller.calls(began + SECONDS)) for caller in callers]
    await asyncio.sleep(SETTLED)
    early = _alive() - before
    await asyncio.sleep(began + SECONDS - 1 - time.monotonic())
    late = _alive() - before
    await asyncio.gather(*calls)

    metrics.get_metrics_data()  # what waits for its collection is kept until then

    assert watching.wrong == []
    assert watching.turns == {caller.name: caller.turns for caller in callers}
    assert late[Conversation.__name__] == CALLS
    for kind in (Operation.__name__, Turn.__name__):
        assert late[kind] <= 2 * early[kind] + CALLS, f"{kind}: {early[kind]} after {SETTLED} s, {late[kind]} later"
    assert not _alive() - before
