"""Fish Audio: text to speech over HTTP and over a websocket, and recognition of a recording, all in MessagePack."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from aiohttp import web

from otel_voice.simulators import speech, wire
from otel_voice.simulators.audio import EncodingError, read_wav
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.sockets import Outbox, messages, websocket
from otel_voice.simulators.wire import BadRequestError, Provider, Route

CHUNK_SECONDS = 0.1
RATE = 44100
CONTENT_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "pcm": "audio/pcm"}
Json = dict[str, Any]


def _key(request: web.Request) -> str | None:
    return request.headers.get("authorization", "").partition(" ")[2]


async def _model(request: web.Request) -> str | None:
    return request.headers.get("model")


def _failure(status: int, name: str, reason: str) -> web.Response:
    return web.json_response({"status": status, "message": reason or "refused"}, status=status)


FISH = Provider("fish", _key, _model, _failure)


async def _body(request: web.Request) -> Json:
    # Whoever has the SDK has what it packs its requests with.
    unpacked = import_module("ormsgpack").unpackb(await request.read())
    if not isinstance(unpacked, dict):
        raise BadRequestError("The body must be a map.")
    return unpacked


async def synthesize(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/tts."""
    body = await _body(request)
    encoding = str(body.get("format") or "mp3")
    wanted = Format(encoding, int(body.get("sample_rate") or RATE))
    try:
        audio = speak(str(body.get("text") or ""), wanted)
    except EncodingError as wrong:
        raise BadRequestError(str(wrong)) from wrong
    pieces = wire.pieces(audio, asked.chunks, int(bytes_per_second(wanted) * CHUNK_SECONDS) // 2 * 2)
    return await wire.stream(request, asked, {"content-type": CONTENT_TYPES[encoding]}, pieces)


async def recite(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v1/tts/live, upgraded to a websocket: text comes in parts, and is spoken when it was flushed or is over."""
    msgpack = import_module("ormsgpack")
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    text, wanted, pieces = "", Format("mp3", RATE), 0
    async for message in messages(socket):
        said = msgpack.unpackb(message)
        event = said.get("event")
        if event == "start":
            body = said["request"]
            wanted = Format(str(body.get("format") or "mp3"), int(body.get("sample_rate") or RATE))
        elif event == "text":
            text += str(said["text"])
        for piece in _spoken(text, wanted, asked) if event in ("flush", "stop") else ():
            outbox.put(msgpack.packb({"event": "audio", "audio": piece}), asked.first + pieces * asked.interval)
            pieces += 1
            if asked.error_after == pieces:
                outbox.put(msgpack.packb({"event": "finish", "reason": "error"}))
        text = "" if event == "flush" else text
        if event == "stop":
            outbox.put(msgpack.packb({"event": "finish", "reason": "stop"}), asked.first + pieces * asked.interval)
            break
    await outbox.close()
    return socket


def _spoken(text: str, wanted: Format, asked: Behaviour) -> list[bytes]:
    if not text:
        return []
    return wire.pieces(speak(text, wanted), asked.chunks, int(bytes_per_second(wanted) * CHUNK_SECONDS) // 2 * 2)


async def transcribe(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/asr."""
    data = (await _body(request)).get("audio")
    if not isinstance(data, bytes) or not data:
        raise BadRequestError("The audio is missing.")
    sound = read_wav(data)
    said = speech.heard(sound, asked.transcript) if sound else speech.heard_bytes(data, asked.transcript)
    answer = {
        "text": speech.text_of(said),
        "duration": 1000 * (sound.seconds if sound else len(data) / 32000),
        "segments": [{"text": word.text, "start": word.start, "end": word.end} for words in said for word in words],
    }
    return await wire.whole(request, asked, {"content-type": "application/json"}, json.dumps(answer).encode())


ROUTES = (
    Route("GET", "/v1/tts/live", recite, FISH),
    Route("POST", "/v1/tts", synthesize, FISH),
    Route("POST", "/v1/asr", transcribe, FISH),
)
