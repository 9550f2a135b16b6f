"""Gladia's recognition of a recording at an address: submit, and ask until it is done.

The upload shares its path with another provider's, and is not here.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from otel_voice.simulators import speech, wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.gladia_errors import GLADIA
from otel_voice.simulators.speech import CONFIDENCE
from otel_voice.simulators.wire import BadRequestError, Route

MODEL = "solaria-1"
SECONDS = 2.0
"""How long every recording is."""
POLLS = 2
"""How often a transcript is asked for before it is done."""
Json = dict[str, Any]
_asked: dict[str, int] = {}
"""How often each job under way was asked for; forgotten when it is done."""


async def submit(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v2/pre-recorded."""
    body = await wire.json_of(request)
    if not isinstance(body.get("audio_url"), str):
        raise BadRequestError("audio_url must be a URL")
    name = wire.uuid_of(await wire.request_digest(request))
    _asked[name] = 0
    url = f"{request.scheme}://{request.host}/v2/pre-recorded/{name}"
    return await _answer(request, asked, {"id": name, "result_url": url}, 201)


async def result(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v2/pre-recorded/{id}."""
    name = request.match_info["id"]
    _asked[name] = times = _asked.get(name, POLLS) + 1
    job = {"id": name, "request_id": f"G-{name[:8]}", "version": 2, "kind": "pre-recorded"}
    job |= {"created_at": wire.CREATED_ISO, "status": "processing"}
    if times >= POLLS:
        del _asked[name]
        job |= {"status": "error", "error_code": 500} if asked.tool == "error" else _done(asked)
    return await _answer(request, asked, job)


def _done(asked: Behaviour) -> Json:
    heard = speech.heard_bytes(bytes(round(SECONDS * 32000)), asked.transcript)
    utterances = [
        {
            "start": words[0].start,
            "end": words[-1].end,
            "confidence": CONFIDENCE,
            "channel": 0,
            "language": "en",
            "text": " ".join(word.text for word in words),
            "words": [
                {"word": word.text, "start": word.start, "end": word.end, "confidence": CONFIDENCE} for word in words
            ],
        }
        for words in heard
        if words
    ]
    metadata = {"audio_duration": SECONDS, "number_of_distinct_channels": 1, "billing_time": SECONDS}
    said = {"full_transcript": speech.text_of(heard), "languages": ["en"], "utterances": utterances}
    return {
        "status": "done",
        "completed_at": wire.CREATED_ISO,
        "request_params": {"model": MODEL},
        "result": {"metadata": metadata | {"transcription_time": 0.1}, "transcription": said},
    }


async def _answer(request: web.Request, asked: Behaviour, body: Json, status: int = 200) -> web.StreamResponse:
    response = await wire.whole(request, asked, {"content-type": "application/json"}, json.dumps(body).encode())
    response.set_status(status)
    return response


ROUTES = (
    Route("POST", "/v2/pre-recorded", submit, GLADIA),
    Route("GET", "/v2/pre-recorded/{id}", result, GLADIA),
)
