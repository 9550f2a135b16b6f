"""Hume's Octave: speech as a file or in JSON, whole or in pieces over HTTP, and of appended text over a websocket."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import hume_chat, wire
from otel_voice.simulators.audio import EncodingError
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.hume_errors import HUME
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import BadRequestError, Route

RATE = 48000
CHUNK_SECONDS = 0.1
CONTENT_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "pcm": "audio/L16"}
Json = dict[str, Any]


class Speech:
    """What a request wants to be said, and how it sounds."""

    def __init__(self, body: Json, name: str, asked: Behaviour) -> None:
        self.texts = [str(utterance.get("text") or "") for utterance in body.get("utterances") or ()]
        if not any(self.texts):
            raise BadRequestError("utterances must not be empty")
        self.encoding = str((body.get("format") or {}).get("type") or "mp3")
        self.id = wire.uuid_of(name)
        wanted = Format(self.encoding, RATE)
        try:
            self.audio = speak(" ".join(self.texts), wanted)
        except EncodingError as wrong:
            raise BadRequestError(str(wrong)) from wrong
        self.seconds = len(self.audio) / bytes_per_second(wanted)
        self.pieces = wire.pieces(self.audio, asked.chunks, int(bytes_per_second(wanted) * CHUNK_SECONDS) // 2 * 2)

    @property
    def headers(self) -> dict[str, str]:
        return {"content-type": CONTENT_TYPES[self.encoding]}


async def _speech(request: web.Request, asked: Behaviour) -> Speech:
    return Speech(await wire.json_of(request), await wire.request_digest(request), asked)


def _snippet(name: str, text: str) -> Json:
    return {"id": name, "generation_id": name, "text": text, "audio": "", "timestamps": []}


async def whole(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v0/tts."""
    speech = await _speech(request, asked)
    audio = base64.b64encode(speech.audio).decode()
    generation = {
        "audio": audio,
        "duration": speech.seconds,
        "encoding": {"format": speech.encoding, "sample_rate": RATE},
        "file_size": len(speech.audio),
        "generation_id": speech.id,
        "snippets": [[_snippet(speech.id, text) for text in speech.texts]],
    }
    answer = {"generations": [generation], "request_id": speech.id}
    return await wire.whole(request, asked, {"content-type": "application/json"}, json.dumps(answer).encode())


async def file(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v0/tts/file and /v0/tts/stream/file."""
    speech = await _speech(request, asked)
    return await wire.stream(request, asked, speech.headers, speech.pieces)


def _lines(speech: Speech) -> Iterator[bytes]:
    for index, piece in enumerate(speech.pieces):
        said = {
            "type": "audio",
            "audio": base64.b64encode(piece).decode(),
            "audio_format": speech.encoding,
            "chunk_index": index,
            "is_last_chunk": index == len(speech.pieces) - 1,
            "generation_id": speech.id,
            "request_id": speech.id,
            "snippet_id": speech.id,
            "text": speech.texts[0],
        }
        yield json.dumps(said).encode() + b"\n"


async def pieces(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v0/tts/stream/json: one JSON object a line."""
    speech = await _speech(request, asked)
    headers = {"content-type": "application/json"}
    return await wire.stream(request, asked, headers, _lines(speech), wire.MALFORMED.encode() + b"\n")


async def converse(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v0/tts/stream/input, upgraded to a websocket: text is said when it was flushed, as one snippet, in JSON."""
    socket = websocket()
    await socket.prepare(request)
    outbox, text, flushes = Outbox(request, socket, asked), "", 0
    async for message in messages(socket):
        said = decoded(str(message))
        text += str(said.get("text") or "")
        if text and (said.get("flush") or said.get("close")):
            name = wire.digest(text, str(flushes))
            if asked.error_after == flushes:
                outbox.put({"type": "error", "code": "E0100", "slug": "inactivity_timeout", "message": "Timed out."}, 0)
                break
            body = {"utterances": [{"text": text}], "format": {"type": request.query.get("format_type")}}
            for index, line in enumerate(_lines(Speech(body, name, asked))):
                outbox.put(line.decode(), asked.first + index * asked.interval)
            text, flushes = "", flushes + 1
        if said.get("close"):
            break
    await outbox.close()
    return socket


ROUTES = (
    *hume_chat.ROUTES,
    Route("GET", "/v0/tts/stream/input", converse, HUME),
    Route("POST", "/v0/tts", whole, HUME),
    Route("POST", "/v0/tts/file", file, HUME),
    Route("POST", "/v0/tts/stream/file", file, HUME),
    Route("POST", "/v0/tts/stream/json", pieces, HUME),
)
