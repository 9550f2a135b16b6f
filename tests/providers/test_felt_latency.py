"""The latency that a caller feels, against a microphone and a loudspeaker that stand where the caller stands.

Hand-written agents: their recognisers are websockets, and nothing tells us what only the program knows.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest

import otel_voice
from otel_voice.providers import services
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.providers.raw_calls import KEYS
from tests.signals import Signals
from tests.watch import same_seconds, watched

openai = pytest.importorskip("openai", reason="its SDK is not installed in this environment")

RATE = 16000
FRAME = RATE // 50 * 2
SAID = "I would like a table."
REPLY = "Of course. For how many people."
TOOL: Any = {"type": "function", "function": {"name": "book", "parameters": {"type": "object", "properties": {}}}}


@dataclass(frozen=True)
class Ear:
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
        self.heard: float | None = None

    async def speaks(self, websocket: Any) -> None:
        """Frames of 20 ms at the pace of a call, first the speech and then silence."""
        sound, due = synthesize(SAID, RATE), time.perf_counter()
        while True:
            frame, sound = sound[:FRAME], sound[FRAME:]
            if any(frame):
                self.silent = time.perf_counter() + 0.02
            await websocket.send(frame.ljust(FRAME, b"\0"))
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
        base = self._simulators.simulate(quote(directives, safe="=,"))
        http = openai.DefaultAsyncHttpxClient(verify=False)
        return openai.AsyncOpenAI(base_url=f"{base}/v1", api_key="simulated", http_client=http, max_retries=0)

    async def serve(self, answer: Any) -> None:
        """One call, from the first frame to the end of the answer."""
        from websockets.asyncio.client import connect

        directives = quote(f"first=0.05,transcript={SAID}", safe="=,")
        base = self._simulators.simulate(directives).replace("http", "ws", 1)
        async with connect(f"{base}{self._ear.path}?{urlencode(self._ear.query)}", additional_headers=KEYS) as ear:
            microphone = asyncio.create_task(self.recorder.speaks(ear))
            async for message in ear:
                if self._ear.is_done(json.loads(message)):
                    break
            await answer(self)
            microphone.cancel()

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


async def _plain(agent: Agent) -> None:
    """A model, then a voice."""
    await agent.thinks()
    await agent.says(REPLY)


async def _in_parts(agent: Agent) -> None:
    """Each sentence is a synthesis of its own."""
    await agent.thinks()
    await agent.says("Of course.")
    await agent.says("For how many people.")


async def _with_a_tool(agent: Agent) -> None:
    """The model wants to know something first."""
    (call, *_) = await agent.thinks("first=0.05,tool=book", tools=[TOOL])
    await asyncio.sleep(0.06)
    result = {"role": "tool", "tool_call_id": call.id, "content": "booked"}
    function = {"name": "book", "arguments": "{}"}
    asked = {"role": "assistant", "tool_calls": [{"id": call.id, "type": "function", "function": function}]}
    await agent.thinks(messages=[{"role": "user", "content": SAID}, asked, result])
    await agent.says(REPLY)


async def _on_a_guess(agent: Agent) -> None:
    """What was begun too early is given up, and begun anew."""
    guess = asyncio.create_task(agent.thinks("first=0.5"))
    await asyncio.sleep(0.05)
    guess.cancel()
    await _plain(agent)


@pytest.fixture
def told(signals: Signals, simulators: Simulators) -> Iterator[Signals]:
    """Everything is instrumented."""
    otel_voice.instrument(**signals.providers())
    yield signals
    otel_voice.uninstrument()
    services._own.clear()
    services._known.clear()


async def _felt(told: Signals, simulators: Simulators, ear: Ear, answer: Any) -> None:
    told._spans.clear()
    services.add_hosts({f"127.0.0.1:{simulators.port}": ear.provider})
    agent = Agent(simulators, ear)
    async with otel_voice.conversation():
        await agent.serve(answer)
    turns: list[Any] = [span.attributes for span in told.spans() if span.name == "turn"]
    (turn,) = turns
    assert agent.recorder.heard is not None
    same_seconds(turn[names.VOICE_TURN_RESPONSE_LATENCY], agent.recorder.heard - agent.recorder.silent)
    stages = [value for name, value in turn.items() if name.startswith(f"{names.VOICE_TURN_STAGE}.")]
    assert min(stages) >= 0
    assert sum(stages) == pytest.approx(turn[names.VOICE_TURN_RESPONSE_LATENCY])


@pytest.mark.parametrize("ear", EARS, ids=lambda ear: ear.path)
@watched
async def test_by_every_way_to_find_that_the_user_is_done(told: Signals, simulators: Simulators, ear: Ear) -> None:
    """An endpoint, a turn that the service detects, words with their times."""
    await _felt(told, simulators, ear, _plain)


@pytest.mark.parametrize("answer", [_in_parts, _with_a_tool, _on_a_guess], ids=lambda answer: answer.__name__)
@watched
async def test_whatever_the_answer_is_made_of(told: Signals, simulators: Simulators, answer: Any) -> None:
    """Several syntheses, a tool, an answer that was guessed."""
    await _felt(told, simulators, EARS[0], answer)
