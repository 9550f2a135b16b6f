"""Two hundred calls at once, each through a recogniser, a model and a voice of other providers: none mixes."""

from __future__ import annotations

import asyncio
import gc
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode

import pytest

import otel_voice
from otel_voice import providers
from otel_voice.capture.install import Installation
from otel_voice.observation.records import Operation
from otel_voice.providers import services
from otel_voice.runtime import runtime
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.providers.raw_calls import KEYS
from tests.signals import Signals

CALLS = 200
TOGETHER = 50
"""Handshakes at a time; the calls themselves are all open at once."""
RATE = 16000
AUDIO = synthesize("Hello.", RATE) + bytes(RATE)
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.fixture
def told(signals: Signals, simulators: Simulators) -> Iterator[None]:
    """Everything is observed, and told to the test's providers; a path says whose websocket it is."""
    telemetry = runtime().telemetry(**signals.providers())
    recorder = runtime().recorder(telemetry)
    installations = [Installation(providers.load(name), recorder) for name in ("openai", "websockets", "aiohttp")]
    for installation in installations:
        installation.install()
    yield
    for installation in reversed(installations):
        installation.uninstall()
    runtime().conversations.close_all()
    runtime().telemetry()
    services._own.clear()
    services._known.clear()


def spoken(number: int) -> str:
    """The number of a call in words, so that each says something of its own."""
    return " ".join(WORDS[int(digit)] for digit in f"{number:03}")


class AllOpen:
    """Lets nobody go on before all are here."""

    def __init__(self) -> None:
        self._here = 0
        self._all = asyncio.Event()

    async def one_more(self, ear: Any) -> None:
        self._here += 1
        if self._here == CALLS:
            self._all.set()
        while not self._all.is_set():
            await asyncio.wait([self._waiting()], timeout=2)
            await ear.send(json.dumps({"type": "KeepAlive"}))  # the service hangs up on who is silent

    def _waiting(self) -> asyncio.Task[bool]:
        return asyncio.create_task(self._all.wait())


class Agent:
    """One call: it hears, thinks and speaks."""

    def __init__(self, number: int, simulators: Simulators, speaks: Any) -> None:
        self.number, self.simulators, self.speaks = number, simulators, speaks
        self.text = spoken(number)

    def url(self, path: str, directives: str, **query: Any) -> str:
        base = self.simulators.simulate(quote(directives, safe="=,")).replace("http", "ws", 1)
        return f"{base}{path}?{urlencode(query)}"

    async def call(self, client: Any, gate: asyncio.Semaphore, all_open: AllOpen) -> None:
        from websockets.asyncio.client import connect

        async with otel_voice.conversation(f"call-{self.number}"), AsyncExitStack() as stack:
            url = self.url("/v1/listen", f"first=0,transcript={self.text}", model="nova-3", encoding="linear16",
                           sample_rate=RATE, endpointing=300)  # fmt: skip
            async with gate:
                ear = await stack.enter_async_context(connect(url, additional_headers=KEYS, open_timeout=120))
            await all_open.one_more(ear)
            said = await self.hears(ear)
            answer = await self.thinks(client, said)
            async with gate, self.speaks(self) as mouth:
                await mouth.says(answer)

    async def hears(self, ear: Any) -> str:
        for at in range(0, len(AUDIO), RATE // 5):
            await ear.send(AUDIO[at : at + RATE // 5])
        await ear.send(json.dumps({"type": "CloseStream"}))
        said = []
        async for message in ear:
            content = json.loads(message)
            if content.get("is_final"):
                said.append(content["channel"]["alternatives"][0]["transcript"])
        return " ".join(filter(None, said))

    async def thinks(self, client: Any, said: str) -> str:
        stream = await client.chat.completions.create(
            model=f"model-{self.number}", messages=[{"role": "user", "content": said}], stream=True
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])


class Cartesia:
    """Speaks over `aiohttp`."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Cartesia:
        from aiohttp import ClientSession

        session = await self._stack.enter_async_context(ClientSession(headers=KEYS))
        self.socket = await self._stack.enter_async_context(
            session.ws_connect(self.agent.url("/tts/websocket", "first=0"))
        )
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._stack.aclose()

    async def says(self, text: str) -> None:
        await self.socket.send_str(json.dumps({
            "model_id": f"voice-{self.agent.number}", "transcript": text, "voice": {"mode": "id", "id": "katie"},
            "context_id": "only", "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE},
        }))  # fmt: skip
        async for message in self.socket:
            if json.loads(message.data)["type"] == "done":
                return


class ElevenLabs:
    """Speaks over `websockets`."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    async def __aenter__(self) -> ElevenLabs:
        from websockets.asyncio.client import connect

        path = "/v1/text-to-speech/rachel/stream-input"
        url = self.agent.url(path, "first=0", model_id=f"voice-{self.agent.number}", output_format="pcm_16000")
        self.socket = await connect(url, additional_headers=KEYS, open_timeout=120)
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self.socket.close()

    async def says(self, text: str) -> None:
        for part in (text, ""):
            await self.socket.send(json.dumps({"text": part}))
        async for message in self.socket:
            if json.loads(message).get("isFinal"):
                return


@pytest.mark.timeout(600)
async def test_none_mixes_with_another(
    told: None, simulators: Simulators, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call is a trace of one turn, which holds what this call heard, thought and said, and nothing is left."""
    openai = pytest.importorskip("openai", reason="its SDK is not installed in this environment")
    path_of = {"/v1/listen": "deepgram", "/tts/websocket": "cartesia", "stream-input": "elevenlabs"}
    monkeypatch.setattr(services, "_provider", _by_path(simulators, path_of))
    client = openai.AsyncOpenAI(
        api_key="simulated", base_url=f"{simulators.simulate('first=0,interval=0')}/v1", max_retries=0, timeout=120
    )
    gate, all_open = asyncio.Semaphore(TOGETHER), AllOpen()
    agents = [Agent(number, simulators, speaks) for number, speaks in zip(range(CALLS), cycle((Cartesia, ElevenLabs)))]
    await asyncio.gather(*(agent.call(client, gate, all_open) for agent in agents))

    calls = defaultdict(list)
    for span in signals.spans():
        calls[span.context.trace_id].append(span)
    assert len(calls) == CALLS
    for spans in calls.values():
        _is_one_call(spans)
    assert sum(point.count for point in signals.points(names.METRIC_VOICE_TURN_RESPONSE_LATENCY)) == CALLS
    gc.collect()
    assert not runtime().conversations._open
    assert not [each for each in gc.get_objects() if _is_of_these_calls(each)], "records outlive their calls"


def _is_of_these_calls(each: Any) -> bool:
    """Other tests keep records, too."""
    return isinstance(each, Operation) and str(each.request_model).startswith(("model-", "voice-"))


def _by_path(simulators: Simulators, path_of: dict[str, str]) -> Callable[[services.Address], str | None]:
    """The simulators speak for several providers on one port: here the path alone says for whom."""

    def provider(address: services.Address) -> str | None:
        ours = address.host == f"127.0.0.1:{simulators.port}"
        return next((name for end, name in path_of.items() if ours and address.path.endswith(end)), None)

    return provider


def _is_one_call(spans: list[Any]) -> None:
    operations = {span.attributes[names.GEN_AI_OPERATION_NAME]: span for span in spans
                  if names.GEN_AI_OPERATION_NAME in span.attributes}  # fmt: skip
    (conversation,) = (span for span in spans if span.name == "conversation")
    (turn,) = (span for span in spans if span.name == "turn")
    number = conversation.attributes[names.VOICE_CONVERSATION_ID].removeprefix("call-")
    assert set(operations) == {"speech_to_text", "chat", "text_to_speech"}
    assert operations["chat"].attributes[names.GEN_AI_REQUEST_MODEL] == f"model-{number}"
    assert operations["text_to_speech"].attributes[names.GEN_AI_REQUEST_MODEL] == f"voice-{number}"
    assert {span.parent.span_id for span in operations.values()} == {turn.context.span_id}
    stages = sum(value for name, value in turn.attributes.items() if name.startswith(f"{names.VOICE_TURN_STAGE}."))
    assert stages == pytest.approx(turn.attributes[names.VOICE_TURN_RESPONSE_LATENCY])
