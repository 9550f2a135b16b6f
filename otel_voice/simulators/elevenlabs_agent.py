"""ElevenLabs Agents, the websocket /v1/convai/conversation on which an agent listens and speaks."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment
from otel_voice.simulators.elevenlabs_errors import ELEVENLABS
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.language import answer, tokens
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import Provider, Route

RATE = 16000
CHUNK_SECONDS = 0.25
SILENCE_SECONDS = 0.5
PING_MILLISECONDS = 42
TOOL: dict[str, Any] = {
    "name": "book_appointment",
    "description": "Book an appointment",
    "parameters": {"properties": {"day": {"type": "string"}}},
}
Json = dict[str, Any]


def _key(request: web.Request) -> str | None:
    """A public agent is known by its name alone."""
    return request.query.get("agent_id")


AGENTS = Provider("elevenlabs", _key, ELEVENLABS.model_of, ELEVENLABS.failure)


class Conversation:
    """One connection without its socket: messages in; messages out, each after so many seconds."""

    def __init__(self, name: str, asked: Behaviour, put: Callable[[Json, float], None]) -> None:
        self._name = name
        self._asked = asked
        self._put = put
        self._ear = Ear({"encoding": "linear16", "sample_rate": str(RATE)}, Script(asked.transcript), SILENCE_SECONDS)
        self._said: list[Json] = []
        self._events = 0
        self._written = False
        self.answering = ""
        """The answer that is being sent."""

    def take(self, message: Json) -> None:
        """Act on a message of the client."""
        if "user_audio_chunk" in message:
            for moment in self._ear.feed(base64.b64decode(message["user_audio_chunk"])):
                self._hear(moment)
            return
        act = getattr(self, f"_on_{message.get('type')}", None)
        if act is not None:
            act(message)

    def interrupt(self) -> None:
        """Stop the answer that is being sent."""

    def _tell(self, kind: str, event: Json, after: float = 0.0) -> None:
        self._put({"type": kind, f"{kind}_event": event}, after)

    def _next(self) -> int:
        self._events += 1
        return self._events

    # -- the user --------------------------------------------------------------------------------------

    def _hear(self, moment: Moment) -> None:
        if moment.kind == "start" and self.answering:
            said = self.answering
            self.interrupt()
            self._tell("interruption", {"event_id": self._next()})
            spoken = " ".join(said.split()[:1]) + "..."
            corrected = {"original_agent_response": said, "corrected_agent_response": spoken}
            self._tell("agent_response_correction", corrected)
        elif moment.kind == "update":
            text = {"user_transcript": moment.text, "event_id": self._next()}
            self._put({"type": "tentative_user_transcript", "tentative_user_transcription_event": text}, 0.0)
        elif moment.kind == "end":
            text = {"user_transcript": moment.text, "event_id": self._next()}
            self._put({"type": "user_transcript", "user_transcription_event": text}, 0.0)
            self._reply({"role": "user", "content": moment.text})

    def _on_conversation_initiation_client_data(self, message: Json) -> None:
        settings = message.get("conversation_config_override") or {}
        self._written = bool(settings.get("text_only"))
        formats = {"agent_output_audio_format": f"pcm_{RATE}", "user_input_audio_format": f"pcm_{RATE}"}
        self._tell("conversation_initiation_metadata", {"conversation_id": f"conv_{self._name[:26]}", **formats})
        self._tell("ping", {"event_id": self._next(), "ping_ms": None})
        greeting = (settings.get("agent") or {}).get("first_message")
        if greeting:
            self._say(greeting)

    def _on_pong(self, message: Json) -> None:
        if message.get("event_id") == 1:
            self._tell("ping", {"event_id": self._next(), "ping_ms": PING_MILLISECONDS})

    def _on_user_message(self, message: Json) -> None:
        self._reply({"role": "user", "content": message.get("text") or ""})

    def _on_client_tool_result(self, message: Json) -> None:
        self._reply({"role": "tool", "content": str(message.get("result"))})

    # -- the agent -------------------------------------------------------------------------------------

    def _reply(self, said: Json) -> None:
        self._said.append(said)
        given = answer(self._asked, self._said, [TOOL] if self._asked.tool else [])
        if given.tool is None:
            self._say(given.text)
            return
        call = {"tool_name": given.tool.name, "tool_call_id": f"call_{self._next()}"}
        parameters = json.loads(given.tool.arguments)
        self._put({"type": "client_tool_call", "client_tool_call": {**call, "parameters": parameters}}, 0.0)

    def _say(self, text: str) -> None:
        self._said.append({"role": "assistant", "content": text})
        number, first = self._next(), self._asked.first
        if self._written:
            self._part("", "start", first)
            for index, token in enumerate(tokens(text)):
                self._part(token, "delta", first + index * self._asked.interval)
            self._part("", "stop", first)
            self._tell("agent_response", {"agent_response": text, "event_id": number}, first)
            return
        self.answering = text
        self._tell("agent_response", {"agent_response": text, "event_id": number}, first)
        pieces = wire.pieces(synthesize(text, RATE), self._asked.chunks, int(RATE * CHUNK_SECONDS) * 2)
        for index, piece in enumerate(pieces):
            sound = {"audio_base_64": base64.b64encode(piece).decode(), "event_id": number}
            self._tell("audio", sound, first + index * self._asked.interval)
        self._tell("agent_response_complete", {"event_id": number}, first + len(pieces) * self._asked.interval)

    def _part(self, text: str, kind: str, after: float) -> None:
        self._put({"type": "agent_chat_response_part", "text_response_part": {"text": text, "type": kind}}, after)


class _Live(Conversation):
    """The same on its socket, where an answer that is being sent can be stopped."""

    def __init__(self, name: str, asked: Behaviour, outbox: Outbox) -> None:
        self._outbox = outbox
        super().__init__(name, asked, self._queue)

    def _queue(self, message: Json, after: float) -> None:
        self._outbox.put(message, after)
        if message["type"] == "agent_response_complete":
            self._outbox.then(self._over)

    def _over(self) -> None:
        self.answering = ""

    def interrupt(self) -> None:
        self._over()
        self._outbox.clear()


async def converse(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v1/convai/conversation, upgraded to a websocket."""
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    conversation = _Live(await wire.request_digest(request), asked, outbox)
    async for message in messages(socket):
        conversation.take(decoded(str(message)))
    await outbox.close()
    return socket


ROUTES = (Route("GET", "/v1/convai/conversation", converse, AGENTS),)
