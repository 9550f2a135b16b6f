"""Cartesia's text to speech over a websocket: many contexts at once, each at its own pace."""

from __future__ import annotations

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.cartesia import Json, chunk, done, spoken
from otel_voice.simulators.cartesia_errors import CARTESIA, error, request_id
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import BadRequestError, Route


class Contexts:
    """What one websocket has to say, for each context."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, asked: Behaviour, identity: str) -> None:
        self._request, self._socket, self._asked, self._identity = request, socket, asked, identity
        self._outboxes: dict[str, Outbox] = {}
        self._flushes: dict[str, int] = {}

    def handle(self, message: Json) -> None:
        """Act on a client's message."""
        context = str(message.get("context_id") or "")
        if not context:
            self._put("", self._error(400, None, "context_id: expected a text"), 0)
        elif message.get("cancel"):
            self._cancel(context)
        elif self._asked.fails(message.get("model_id"), 0):
            self._put(context, self._error(self._asked.fail or 500, context, ""), self._asked.first)
        else:
            self._generate(context, message)

    def _generate(self, context: str, message: Json) -> None:
        try:
            parts = spoken(message, self._asked) if message.get("transcript") else []
        except BadRequestError as refused:
            self._put(context, self._error(400, context, str(refused)), 0)
            return
        for index, part in enumerate(parts):
            self._put(context, chunk(part, context), self._asked.first + index * self._asked.interval)
        last = self._asked.first + len(parts) * self._asked.interval if parts else 0.0
        if message.get("flush"):
            self._put(context, self._flushed(context), last)
        if not message.get("continue"):
            self._put(context, done(context), last)

    def _flushed(self, context: str) -> Json:
        self._flushes[context] = number = self._flushes.get(context, 0) + 1
        flushed = {"type": "flush_done", "done": False, "flush_done": True, "flush_id": number}
        return {**flushed, "status_code": 206, "context_id": context}

    def _cancel(self, context: str) -> None:
        # No more messages are generated for a context that is cancelled, not even one that says so.
        if context in self._outboxes:
            self._outboxes[context].clear()

    def _error(self, status: int, context: str | None, reason: str) -> Json:
        named = {"context_id": context} if context else {}
        return {"type": "error", "done": True, **named, **error(status, self._identity, reason)}

    def _put(self, context: str, message: Json, after: float) -> None:
        if context not in self._outboxes:
            self._outboxes[context] = Outbox(self._request, self._socket, self._asked)
        self._outboxes[context].put(message, after)

    async def close(self) -> None:
        """The client has gone: forget what was not said."""
        for outbox in self._outboxes.values():
            await outbox.close()


async def connect(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /tts/websocket, upgraded to a websocket."""
    identity = request_id(await wire.request_digest(request))
    socket = websocket()
    await socket.prepare(request)
    contexts = Contexts(request, socket, asked, identity)
    async for message in messages(socket):
        contexts.handle(decoded(str(message)))
    await contexts.close()
    return socket


ROUTES = (Route("GET", "/tts/websocket", connect, CARTESIA),)
