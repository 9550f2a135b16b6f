"""Hume's Empathic Voice Interface, the websocket /v0/evi/chat on which an agent listens and speaks."""

from __future__ import annotations

import base64
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import synthesize, wav
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.hume_errors import HUME
from otel_voice.simulators.language import answer
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import Route

RATE = 16000
CHUNK_SECONDS = 0.25
SILENCE_SECONDS = 0.5
TOOL: dict[str, Any] = {
    "name": "book_appointment",
    "description": "Book an appointment",
    "parameters": {"properties": {"day": {"type": "string"}}},
}
Json = dict[str, Any]


class Chat:
    """One connection; its socket is the outbox's."""

    def __init__(self, name: str, asked: Behaviour, verbose: bool, outbox: Outbox) -> None:
        self._asked, self._verbose, self._outbox = asked, verbose, outbox
        self._ear = Ear({"encoding": "linear16", "sample_rate": str(RATE)}, Script(asked.transcript), SILENCE_SECONDS)
        self._said: list[Json] = []
        self._answers = 0
        self._answering = False
        id = wire.uuid_of(name)
        self._put({"type": "chat_metadata", "chat_id": id, "chat_group_id": id, "request_id": f"{name[:8]}"})

    def take(self, message: Json) -> None:
        """Act on a message of the client."""
        kind = message.get("type")
        if kind == "audio_input":
            for moment in self._ear.feed(base64.b64decode(message["data"])):
                self._hear(moment)
        elif kind == "user_input":
            self._user(message["text"], 0, 0, written=True)
            self._reply({"role": "user", "content": message["text"]})
        elif kind == "tool_response":
            self._reply({"role": "tool", "content": message["content"]})

    def _put(self, message: Json, after: float = 0.0) -> None:
        self._outbox.put(message, after)

    def _hear(self, moment: Moment) -> None:
        if moment.kind == "start" and self._answering:
            self._over()
            self._outbox.clear()
            self._put({"type": "user_interruption", "time": 1_795_000_000_000})
        elif moment.kind == "update" and self._verbose:
            self._user(moment.text, moment.start, moment.now, interim=True)
        elif moment.kind == "end":
            end = moment.words[-1].end if moment.words else moment.now
            self._user(moment.text, moment.start, end)
            self._reply({"role": "user", "content": moment.text})

    def _user(self, text: str, begin: float, end: float, **more: bool) -> None:
        said = {"type": "user_message", "message": {"role": "user", "content": text}, "models": {}, "language": "en"}
        known = {"from_text": more.get("written", False), "interim": more.get("interim", False)}
        self._put({**said, **known, "time": {"begin": round(begin * 1000), "end": round(end * 1000)}})

    def _reply(self, said: Json) -> None:
        self._said.append(said)
        given = answer(self._asked, self._said, [TOOL] if self._asked.tool else [])
        if given.tool is None:
            self._say(given.text)
            return
        call = {"type": "tool_call", "tool_call_id": "call_1", "tool_type": "function", "response_required": True}
        self._put({**call, "name": given.tool.name, "parameters": given.tool.arguments})

    def _say(self, text: str) -> None:
        self._said.append({"role": "assistant", "content": text})
        self._answers += 1
        if self._asked.error_after == self._answers - 1:
            self._put({"type": "error", "code": "E0301", "slug": "transcription_failure", "message": "It failed."})
            return
        self._answering, first = True, self._asked.first
        name = f"answer-{self._answers}"
        said = {"message": {"role": "assistant", "content": text}, "models": {}, "from_text": False}
        self._put({"type": "assistant_message", "id": name, **said, "is_quick_response": False}, first)
        pieces = wire.pieces(synthesize(text, RATE), self._asked.chunks, int(RATE * CHUNK_SECONDS) * 2)
        for index, piece in enumerate(pieces):
            sound = base64.b64encode(wav(piece, RATE)).decode()
            output = {"type": "audio_output", "id": name, "index": index, "data": sound}
            self._put(output, first + index * self._asked.interval)
        self._put({"type": "assistant_end"}, first + len(pieces) * self._asked.interval)
        self._outbox.then(self._over)

    def _over(self) -> None:
        self._answering = False


async def converse(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v0/evi/chat, upgraded to a websocket."""
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    verbose = request.query.get("verbose_transcription", "").lower() == "true"
    chat = Chat(await wire.request_digest(request), asked, verbose, outbox)
    async for message in messages(socket):
        chat.take(decoded(str(message)))
    await outbox.close()
    return socket


ROUTES = (Route("GET", "/v0/evi/chat", converse, HUME),)
