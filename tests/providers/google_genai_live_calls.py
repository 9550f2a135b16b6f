"""The real Google GenAI SDK's Live connections against the simulators."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.providers.google_genai_calls import VERSION, address, made

LIVE = "gemini-live-2.5-flash"
RATE = 16000
QUIET = bytes(RATE * 2)
"""One second without a voice."""
SAID = "I would like a table."
SPEECH = synthesize(SAID, RATE)
AUDIO = bytes(RATE) + SPEECH + QUIET  # the speech begins after half a second


def live(simulators: Simulators, directives: str = "", **options: Any) -> Any:
    """The live resource of a client, which would always use TLS."""
    base = address(simulators, directives)
    client = made("Async", base, **options)
    client._api_client._websocket_base_url = lambda *_: base.replace("http", "ws", 1)
    client._api_client._websocket_ssl_ctx = {}
    return client.live


def on_vertex() -> dict[str, Any]:
    """The options of a client of Vertex AI."""
    from google.oauth2.credentials import Credentials

    credentials = Credentials(token="simulated")
    return {"vertexai": True, "project": "p", "location": "l", "api_key": None, "credentials": credentials}


class Talk:
    """A connection that stands."""

    def __init__(self, session: Any) -> None:
        self.session = session

    async def says(self, audio: bytes = AUDIO) -> None:
        """Send audio as a microphone would give it, in pieces of 20 ms."""
        size = RATE * 2 // 50
        for at in range(0, len(audio), size):
            chunk = {"data": audio[at : at + size], "mime_type": f"audio/pcm;rate={RATE}"}
            if VERSION >= (1, 16):
                await self.session.send_realtime_input(audio=chunk)
            else:
                await self.session.send(input=chunk)
            await asyncio.sleep(0)  # sending need not wait, and the program reads meanwhile

    async def writes(self, text: str) -> None:
        """Put a text into the conversation."""
        if VERSION >= (1, 16):
            await self.session.send_client_content(turns={"role": "user", "parts": [{"text": text}]})
        else:
            await self.session.send(input=text, end_of_turn=True)

    async def gives(self, call: Any, result: dict[str, Any]) -> None:
        """Give the model what its tool gave."""
        given = {"id": call.id, "name": call.name, "response": result}
        if VERSION >= (1, 16):
            await self.session.send_tool_response(function_responses=[given])
        else:
            await self.session.send(input=given)

    async def messages(self) -> list[Any]:
        """What the service says until its turn is over, or it asks for a tool."""
        found = []
        async for message in self.session.receive():
            found.append(message)
            if message.tool_call is not None:
                break
        return found


@asynccontextmanager
async def talking(
    simulators: Simulators, directives: str = "", config: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[Talk]:
    """A connection that stands."""
    async with live(simulators, directives, **options).connect(model=LIVE, config=config or {}) as session:
        yield Talk(session)
