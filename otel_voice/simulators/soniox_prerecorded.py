"""Soniox' recognition of a recording: upload, submit, ask until it is done, and fetch the transcript."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from otel_voice.simulators import speech, wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.soniox_errors import SONIOX
from otel_voice.simulators.speech import CONFIDENCE
from otel_voice.simulators.wire import BadRequestError, Route

SECONDS = 2.0
"""How long a recording is that was not uploaded."""
POLLS = 2
"""How often a transcription is asked for before it is done."""
Json = dict[str, Any]
_asked: dict[str, int] = {}
"""How often each transcription under way was asked for; forgotten when it is done."""


async def upload(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /files."""
    data = (await wire.form_of(request)).get("file")
    if not data:
        raise BadRequestError("The file is empty.")
    file = {"id": _name(await wire.request_digest(request), len(data) / 32000), "filename": "audio", "size": len(data)}
    return await _answer(request, asked, file | {"created_at": wire.CREATED_ISO}, 201)


async def submit(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /transcriptions."""
    body = await wire.json_of(request)
    source = body.get("file_id")
    if not source and not body.get("audio_url"):
        raise BadRequestError("Either file_id or audio_url is needed.")
    name = _name(await wire.request_digest(request), _seconds(str(source)) if source else SECONDS)
    _asked[name] = 0
    return await _answer(request, asked, _job(name, "queued", body), 201)


async def transcription(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /transcriptions/{id}."""
    name = request.match_info["id"]
    _asked[name] = times = _asked.get(name, POLLS) + 1
    if times < POLLS:
        return await _answer(request, asked, _job(name, "processing", {}))
    del _asked[name]
    if asked.tool == "error":
        wrong = {"error_type": "invalid_audio", "error_message": "The audio cannot be read."}
        return await _answer(request, asked, _job(name, "error", {}) | wrong)
    return await _answer(request, asked, _job(name, "completed", {}) | {"audio_duration_ms": _seconds(name) * 1000})


async def transcript(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /transcriptions/{id}/transcript."""
    name = request.match_info["id"]
    heard = speech.heard_bytes(bytes(round(_seconds(name) * 32000)), asked.transcript)
    tokens = [
        {
            "text": f" {word.text}",
            "start_ms": round(word.start * 1000),
            "end_ms": round(word.end * 1000),
            "confidence": CONFIDENCE,
        }
        for words in heard
        for word in words
    ]
    return await _answer(request, asked, {"id": name, "text": speech.text_of(heard), "tokens": tokens})


def _job(name: str, status: str, body: Json) -> Json:
    return {
        "id": name,
        "status": status,
        "created_at": wire.CREATED_ISO,
        "model": body.get("model") or "stt-async-v4",
        "filename": "audio",
        "enable_speaker_diarization": False,
        "enable_language_identification": False,
    }


def _name(digest: str, seconds: float) -> str:
    """An id whose last digits say how long the recording is, so that nothing need be remembered."""
    return wire.uuid_of(digest[:20] + f"{round(seconds * 1000):012x}")


def _seconds(name: str) -> float:
    return int(name[-12:], 16) / 1000


async def _answer(request: web.Request, asked: Behaviour, body: Json, status: int = 200) -> web.StreamResponse:
    response = await wire.whole(request, asked, {"content-type": "application/json"}, json.dumps(body).encode())
    response.set_status(status)
    return response


ROUTES = (
    Route("POST", "/files", upload, SONIOX),
    Route("POST", "/transcriptions", submit, SONIOX),
    Route("GET", "/transcriptions/{id}", transcription, SONIOX),
    Route("GET", "/transcriptions/{id}/transcript", transcript, SONIOX),
)
