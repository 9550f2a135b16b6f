"""The real OpenAI SDK's realtime connections against the simulators, in both colours and both vocabularies."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.providers.openai_calls import address, entered, settled

VERSION = tuple(int(number) for number in version("openai").split(".")[:2])
WORDS = ("beta", "general") if VERSION >= (1, 103) else ("beta",)
MODEL = "gpt-realtime"
RATE = 24000
QUIET = bytes(RATE * 2)
"""One second without a voice."""
SAID = "I would like a table."
SPEECH = synthesize(SAID, RATE)
AUDIO = bytes(RATE) + SPEECH + QUIET  # the speech begins after half a second


def manager(colour: str, words: str, simulators: Simulators, directives: str = "", **options: Any) -> Any:
    """What `connect` gives."""
    import openai

    base = f"{address(simulators, directives)}/v1"
    http = getattr(openai, f"Default{colour}HttpxClient")(verify=False)
    asked = {"api_key": "simulated", "base_url": base, "websocket_base_url": base.replace("http", "ws", 1), **options}
    client = getattr(openai, f"{colour}OpenAI")(http_client=http, **asked)
    return (client.beta if words == "beta" else client).realtime.connect(model=MODEL)


@asynccontextmanager
async def talking(
    colour: str, words: str, simulators: Simulators, directives: str = "", **options: Any
) -> AsyncIterator[Talk]:
    """A connection that stands."""
    async with entered(manager(colour, words, simulators, directives, **options)) as connection:
        yield Talk(connection, words)


class Talk:
    """A connection of either colour, in either vocabulary."""

    def __init__(self, connection: Any, words: str) -> None:
        self.connection = connection
        self.words = words

    async def send(self, kind: str, **fields: Any) -> None:
        """Send an event."""
        await settled(self.connection.send({"type": kind, **fields}))

    async def setting(self, **settings: Any) -> None:
        """Set up the session; settings in the general vocabulary's own place are given by its name."""
        general = {"transcription": ("audio", "input"), "turn_detection": ("audio", "input")}
        beta = {"transcription": "input_audio_transcription", "output_modalities": "modalities"}
        session: dict[str, Any] = {} if self.words == "beta" else {"type": "realtime"}
        for name, value in settings.items():
            place = session
            if self.words == "beta":
                name = beta.get(name, name)
            else:
                for part in general.get(name, ()):
                    place = place.setdefault(part, {})
            place[name] = value
        await self.send("session.update", session=session)
        await self.until("session.updated")

    async def says(self, audio: bytes = AUDIO) -> None:
        """Send audio as a microphone would give it, in pieces of 20 ms."""
        size = RATE * 2 // 50
        for at in range(0, len(audio), size):
            piece = base64.b64encode(audio[at : at + size]).decode()
            await self.send("input_audio_buffer.append", audio=piece)

    async def until(self, *kinds: str) -> Any:
        """The first event of one of these kinds."""
        while True:
            event = await settled(self.connection.recv())
            if any(event.type.endswith(kind) for kind in kinds):
                return event

    async def answer(self) -> Any:
        """The answer, when it has come whole."""
        return (await self.until("response.done")).response
