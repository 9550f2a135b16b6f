"""Cartesia's streaming recognition: transcripts on demand, and turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.cartesia import Json
from otel_voice.simulators.cartesia_errors import CARTESIA, error, request_id
from otel_voice.simulators.ear import Ear, Moment, encoded
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import BadRequestError, Route

ENCODINGS = {"pcm_s16le": "linear16", "pcm_mulaw": "mulaw"}
TURN_PAUSE_SECONDS = 0.6
ENDINGS = ("close", "done")
Command = Callable[[str], list[Json]]


def _seconds(query: Mapping[str, str], name: str) -> float | None:
    try:
        return float(query[name]) if name in query else None
    except ValueError:
        raise BadRequestError(f"{name}={query[name]}: expected a number") from None


class OnDemand:
    """The state of one connection to /stt/websocket without its socket."""

    def __init__(self, query: Mapping[str, str], script: Script, identity: str) -> None:
        self._ear = Ear(encoded(query, ENCODINGS), script, _seconds(query, "max_silence_duration_secs"))
        self._language = query.get("language", "en")
        self._named = {"request_id": identity}

    def feed(self, data: bytes) -> list[Json]:
        """Hear more audio."""
        return [self._transcript(moment) for moment in self._ear.feed(data) if moment.kind != "start"]

    def command(self, text: str) -> list[Json]:
        """Act on a client's message."""
        rest = [self._transcript(moment) for moment in self._ear.finish()]
        if text == "finalize":
            return [*rest, {"type": "flush_done", **self._named}]
        if text in ENDINGS:
            return [*rest, {"type": "done", **self._named}]
        return [{"type": "error", **error(400, self._named["request_id"], f"unknown command {text!r}")}]

    def _transcript(self, moment: Moment) -> Json:
        return {
            "type": "transcript",
            "is_final": moment.kind == "end",
            "text": moment.text,
            "duration": round(moment.now - moment.start, 3),
            "language": self._language,
            "words": [{"word": word.text, "start": word.start, "end": word.end} for word in moment.words],
            **self._named,
        }


class Turns:
    """The state of one connection to /stt/turns/websocket without its socket."""

    def __init__(self, query: Mapping[str, str], script: Script, identity: str) -> None:
        self._ear = Ear(encoded(query, ENCODINGS), script, TURN_PAUSE_SECONDS)
        self._named = {"request_id": identity}

    def connected(self) -> Json:
        """The greeting of a new connection."""
        return {"type": "connected", **self._named}

    def feed(self, data: bytes) -> list[Json]:
        """Hear more audio."""
        return [self._turn(moment) for moment in self._ear.feed(data)]

    def command(self, text: str) -> list[Json]:
        """Act on a client's message."""
        kind = decoded(text).get("type")
        if kind == "close":
            return [self._turn(moment) for moment in self._ear.finish()]
        if kind == "config":
            return []
        return [{"type": "error", **error(400, self._named["request_id"], f"unknown command {kind!r}")}]

    def _turn(self, moment: Moment) -> Json:
        if moment.kind == "start":
            return {"type": "turn.start", **self._named}
        return {"type": f"turn.{moment.kind}", "transcript": moment.text, **self._named}


async def _converse(socket: web.WebSocketResponse, heard: OnDemand | Turns, outbox: Outbox) -> None:
    async for message in messages(socket):
        for said in heard.feed(message) if isinstance(message, bytes) else heard.command(message):
            outbox.put(said)
        if message in ENDINGS or (isinstance(message, str) and decoded(message).get("type") == "close"):
            return


async def on_demand(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /stt/websocket, upgraded to a websocket."""
    heard = OnDemand(request.query, Script(asked.transcript), request_id(await wire.request_digest(request)))
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    await _converse(socket, heard, outbox)
    await outbox.close()
    return socket


async def turns(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /stt/turns/websocket, upgraded to a websocket."""
    heard = Turns(request.query, Script(asked.transcript), request_id(await wire.request_digest(request)))
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    outbox.put(heard.connected(), 0)
    await _converse(socket, heard, outbox)
    await outbox.close()
    return socket


ROUTES = (
    Route("GET", "/stt/websocket", on_demand, CARTESIA),
    Route("GET", "/stt/turns/websocket", turns, CARTESIA),
)
