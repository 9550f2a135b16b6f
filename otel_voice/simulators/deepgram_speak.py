"""Deepgram's text to speech: one request with a chunked answer, and the websocket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import EncodingError
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.deepgram_errors import DEEPGRAM, model_uuid, request_id
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import BadRequestError, Route

DEFAULT_MODEL = "aura-asteria-en"
CHUNK_SECONDS = 0.1
ENCODINGS = {"linear16": "pcm", "mulaw": "ulaw", "mp3": "mp3"}
RATES = {"linear16": 24000, "mulaw": 8000, "mp3": 22050}


def _format(query: Mapping[str, str], encoding: str, contained: bool) -> Format:
    named = query.get("encoding", encoding)
    if named not in ENCODINGS:
        raise BadRequestError(f"The simulator cannot encode {named!r}; it offers {', '.join(ENCODINGS)}.")
    wrapped = contained and named == "linear16" and query.get("container", "wav") == "wav"
    rate = float(query.get("sample_rate", RATES[named]))
    bitrate = float(query.get("bit_rate", 48000))
    return Format("wav" if wrapped else ENCODINGS[named], int(rate), int(bitrate) // 1000)


def _spoken(text: str, wanted: Format) -> bytes:
    try:
        return speak(text, wanted)
    except EncodingError as error:
        raise BadRequestError(str(error)) from error


def _parts(audio: bytes, wanted: Format, asked: Behaviour) -> list[bytes]:
    return wire.pieces(audio, asked.chunks, int(bytes_per_second(wanted) * CHUNK_SECONDS) // 2 * 2)


async def generate(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/speak."""
    text = (await wire.json_of(request)).get("text")
    if not text:
        raise BadRequestError("Input text contains no characters.")
    model = request.query.get("model", DEFAULT_MODEL)
    wanted = _format(request.query, "mp3", contained=True)
    name = await wire.request_digest(request)
    sent = {
        "content-type": wanted.content_type,
        "dg-request-id": request_id(name),
        "dg-model-name": model,
        "dg-model-uuid": model_uuid(model),
        "dg-char-count": str(len(text)),
    }
    return await wire.stream(request, asked, sent, _parts(_spoken(text, wanted), wanted, asked))


@dataclass
class Session:
    """What one websocket has to say: the text not yet flushed, and the number of flushes."""

    outbox: Outbox
    wanted: Format
    asked: Behaviour
    text: list[str] = field(default_factory=list)
    sequence: int = 0

    def handle(self, message: dict[str, Any]) -> None:
        """Act on a client's message."""
        actions = {"Speak": self._speak, "Flush": self._flush, "Clear": self._clear, "Close": self._close}
        kind = str(message.get("type"))
        if kind in actions:
            actions[kind](message)
        else:
            description = f"Unknown message type {kind!r}; expected one of {', '.join(actions)}."
            self.outbox.put({"type": "Warning", "description": description, "code": "UNPARSABLE_MESSAGE"})

    def _speak(self, message: dict[str, Any]) -> None:
        self.text.append(str(message.get("text") or ""))

    def _flush(self, message: dict[str, Any]) -> None:
        self._say()
        self._confirm("Flushed", self.asked.first)

    def _clear(self, message: dict[str, Any]) -> None:
        self.text.clear()
        self.outbox.clear()
        self._confirm("Cleared", 0)

    def _close(self, message: dict[str, Any]) -> None:
        self._say()

    def _say(self) -> None:
        text = " ".join(self.text)
        self.text.clear()
        for index, part in enumerate(_parts(speak(text, self.wanted), self.wanted, self.asked)):
            self.outbox.put(part, self.asked.first + index * self.asked.interval)

    def _confirm(self, kind: str, after: float) -> None:
        self.outbox.put({"type": kind, "sequence_id": self.sequence}, after)
        self.sequence += 1


async def connect(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v1/speak, upgraded to a websocket."""
    wanted = _format(request.query, "linear16", contained=False)
    identity = request_id(await wire.request_digest(request))
    model = request.query.get("model", DEFAULT_MODEL)
    socket = websocket()
    socket.headers["dg-request-id"] = identity
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    outbox.put(_metadata(identity, model), 0)
    session = Session(outbox, wanted, asked)
    async for message in messages(socket):
        text = decoded(str(message))
        session.handle(text)
        if text.get("type") == "Close":
            break
    await outbox.close()
    return socket


def _metadata(identity: str, model: str) -> dict[str, Any]:
    return {
        "type": "Metadata",
        "request_id": identity,
        "model_name": model,
        "model_version": "2025-11-18.0",
        "model_uuid": model_uuid(model),
        "additional_model_uuids": [],
    }


ROUTES = (
    Route("POST", "/v1/speak", generate, DEEPGRAM),
    Route("GET", "/v1/speak", connect, DEEPGRAM),
)
