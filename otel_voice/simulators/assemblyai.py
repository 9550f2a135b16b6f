"""AssemblyAI's recognition of a recording: upload, submit, and ask until it is done."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from otel_voice.simulators import speech, wire
from otel_voice.simulators.assemblyai_errors import ASSEMBLYAI, identity
from otel_voice.simulators.audio import read_wav
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.speech import CONFIDENCE
from otel_voice.simulators.wire import BadRequestError, Route

UPLOADS = "https://cdn.assemblyai.com/upload/"
UNKNOWN_SECONDS = 2.0
POLLS = 2
"""How often a transcript is asked for before it is done."""
Json = dict[str, Any]
_asked: dict[str, int] = {}
"""How often each transcript under way was asked for; forgotten when it is done."""


async def upload(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v2/upload. The address that it answers carries how long the recording is."""
    data = await request.read()
    if not data:
        raise BadRequestError("Upload failed, please check that the file is not empty")
    sound = read_wav(data)
    milliseconds = round((sound.seconds if sound else len(data) / 32000) * 1000)
    body = {"upload_url": f"{UPLOADS}{identity(await wire.request_digest(request))}-{milliseconds}"}
    return await _answer(request, asked, body)


async def submit(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v2/transcript."""
    body = await wire.json_of(request)
    url = body.get("audio_url")
    if not isinstance(url, str) or not url:
        raise BadRequestError("audio_url should be a valid URL")
    # The last digits of the id say how long the recording is, so that nothing need be remembered.
    name = identity(await wire.request_digest(request))[:24] + f"{_milliseconds(url):012x}"
    _asked[name] = 0
    return await _answer(request, asked, {**body, "id": name, "status": "queued"})


async def transcript(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v2/transcript/{id}."""
    name = request.match_info["id"]
    _asked[name] = times = _asked.get(name, POLLS) + 1
    known: Json = {"id": name, "audio_url": f"{UPLOADS}a", "language_code": "en_us"}
    if times < POLLS:
        return await _answer(request, asked, {**known, "status": "processing"})
    del _asked[name]
    if asked.tool == "error":
        return await _answer(
            request, asked, {**known, "status": "error", "error": "File does not appear to contain audio"}
        )
    return await _answer(request, asked, {**known, **_heard(int(name[24:], 16) / 1000, asked)})


def _heard(seconds: float, asked: Behaviour) -> Json:
    utterances = speech.heard_bytes(bytes(round(seconds * 32000)), asked.transcript)
    words = [
        {"text": word.text, "start": round(word.start * 1000), "end": round(word.end * 1000), "confidence": CONFIDENCE}
        for words in utterances
        for word in words
    ]
    return {
        "status": "completed",
        "text": speech.text_of(utterances),
        "words": words,
        "confidence": CONFIDENCE,
        "audio_duration": round(seconds),
        "speech_model_used": "universal",
    }


async def _answer(request: web.Request, asked: Behaviour, body: Json) -> web.StreamResponse:
    return await wire.whole(request, asked, {"content-type": "application/json"}, json.dumps(body).encode())


def _milliseconds(url: str) -> int:
    digits = url.rpartition("-")[2] if url.startswith(UPLOADS) else ""
    return int(digits) if digits.isdecimal() else round(UNKNOWN_SECONDS * 1000)


ROUTES = (
    Route("POST", "/v2/upload", upload, ASSEMBLYAI),
    Route("POST", "/v2/transcript", submit, ASSEMBLYAI),
    Route("GET", "/v2/transcript/{id}", transcript, ASSEMBLYAI),
)
