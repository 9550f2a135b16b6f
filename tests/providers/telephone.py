"""A call as a hand-written agent takes it, and a recorder that stands where the caller stands.

The recognisers are websockets, the model and the voice an SDK's, and nothing tells us what only the program knows.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.providers.raw_calls import KEYS

RATE = 16000
FRAME = RATE // 50 * 2
SAID = "I would like a table."
REPLY = "Of course. For how many people."
TOOL: Any = {"type": "function", "function": {"name": "book", "parameters": {"type": "object", "properties": {}}}}


class Ear(NamedTuple):
    """A recogniser, and which of its messages says that the user is done."""

    provider: str
    path: str
    query: dict[str, Any]
    is_done: Callable[[dict[str, Any]], bool]


EARS = (
    Ear(
        "deepgram",
        "/v1/listen",
        {"model": "nova-3", "encoding": "linear16", "sample_rate": RATE, "endpointing": 300},
        lambda message: bool(message.get("speech_final")),
    ),
    Ear(
        "deepgram",
        "/v2/listen",
        {"model": "flux-general-en", "encoding": "linear16", "sample_rate": RATE},
        lambda message: message.get("event") == "EndOfTurn",
    ),
    Ear(
        "assemblyai",
        "/v3/ws",
        {"sample_rate": RATE, "encoding": "pcm_s16le"},
        lambda message: bool(message.get("end_of_turn")),
    ),
)


class Recorder:
    """When the last sound of the user went out, and when the first of the agent came in."""

    def __init__(self) -> None:
        self.silent = 0.0
        self.spoken = asyncio.Event()
        self.heard: float | None = None

    async def speaks(self, send: Callable[[bytes], Any], sound: bytes, rate: int = RATE) -> None:
        """Frames of 20 ms at the pace of a call, first the sound and then silence."""
        size, due = rate // 50 * 2, time.perf_counter()
        while True:
            frame, sound = sound[:size], sound[size:]
            if any(frame):
                self.silent = time.perf_counter() + 0.02
            elif not sound:
                self.spoken.set()
            await send(frame.ljust(size, b"\0"))
            due += 0.02
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    async def listens(self, sound: Any) -> None:
        """The loudspeaker begins with the first piece that it gets."""
        async for _ in sound:
            self.heard = self.heard or time.perf_counter()


class Agent:
    """Hears, thinks and speaks, once."""

    def __init__(self, simulators: Simulators, ear: Ear) -> None:
        self._simulators, self._ear = simulators, ear
        self.recorder = Recorder()

    def client(self, directives: str) -> Any:
        import openai

        base = self._simulators.simulate(quote(directives, safe="=,"))
        http = openai.DefaultAsyncHttpxClient(verify=False)
        return openai.AsyncOpenAI(base_url=f"{base}/v1", api_key="simulated", http_client=http, max_retries=0)

    @asynccontextmanager
    async def hears(self, sound: bytes, transcript: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The caller speaks, and the messages of the recogniser come."""
        from websockets.asyncio.client import connect

        directives = quote(f"first=0.05,transcript={transcript}", safe="=,|")
        base = self._simulators.simulate(directives).replace("http", "ws", 1)
        async with connect(f"{base}{self._ear.path}?{urlencode(self._ear.query)}", additional_headers=KEYS) as ear:
            microphone = asyncio.create_task(self.recorder.speaks(ear.send, sound))
            yield (json.loads(message) async for message in ear)
            microphone.cancel()

    async def is_done(self, messages: AsyncIterator[dict[str, Any]]) -> None:
        """Wait until the recogniser says that the user is done."""
        async for message in messages:
            if self._ear.is_done(message):
                return

    async def thinks(self, directives: str = f"first=0.08,reply={REPLY}", **asked: Any) -> Any:
        """A completion as it comes; returns the calls of tools that it asks for."""
        completions = self.client(directives).chat.completions
        calls: list[Any] = []
        request: dict[str, Any] = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": SAID}], **asked}
        async for chunk in await completions.create(stream=True, **request):
            calls += chunk.choices[0].delta.tool_calls or [] if chunk.choices else []
        return calls

    async def says(self, text: str) -> None:
        """A synthesis, as it comes."""
        speech = self.client("first=0.07").audio.speech.with_streaming_response
        asked: dict[str, Any] = {"model": "tts-1", "voice": "alloy", "response_format": "pcm"}
        async with speech.create(input=text, **asked) as sound:
            await self.recorder.listens(sound.iter_bytes())


SPEECH = synthesize(SAID, RATE)


async def plain(agent: Agent) -> None:
    """A model, then a voice."""
    await agent.thinks()
    await agent.says(REPLY)
