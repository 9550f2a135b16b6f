"""Fish Audio over HTTP: text to speech, and recognition of a recording. Requests are MessagePack."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from aiohttp import web

from otel_voice.simulators import speech, wire
from otel_voice.simulators.audio import EncodingError, read_wav
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.formats import Format, bytes_per_second, speak
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
    Route("POST", "/v1/tts", synthesize, FISH),
    Route("POST", "/v1/asr", transcribe, FISH),
)
