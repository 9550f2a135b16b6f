"""Deepgram's recognition of a whole recording, POST /v1/listen."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from aiohttp import web

from otel_voice.simulators import speech, wire
from otel_voice.simulators.audio import Sound, bytes_of, read_wav
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.deepgram_audio import Decoder
from otel_voice.simulators.deepgram_errors import DEEPGRAM, model_uuid, request_id
from otel_voice.simulators.deepgram_recognizer import Options, alternative, model_info
from otel_voice.simulators.speech import Word
from otel_voice.simulators.wire import BadRequestError, Route

Json = dict[str, Any]


async def _audio(request: web.Request) -> bytes:
    if request.content_type != "application/json":
        return await request.read()
    url = (await wire.json_of(request)).get("url")
    if not isinstance(url, str) or not url:
        raise BadRequestError("Failed to fetch audio: no URL in the body.")
    # No recording is fetched from anywhere; the address itself stands for its bytes.
    return url.encode() * 1000


def _sound(request: web.Request, data: bytes) -> Sound | None:
    if "encoding" not in request.query:
        return read_wav(data)
    decoder = Decoder(request.query)
    pcm = b"".join(bytes_of(frame.samples) for frame in decoder.frames(data))
    return Sound(pcm, decoder.rate, decoder.channels)


def _utterance(words: list[Word], index: int, name: str) -> Json:
    said = alternative(words, punctuate=True)
    identity = wire.uuid_of(wire.digest(name, str(index)))
    return {"start": words[0].start, "end": words[-1].end, "channel": 0, "id": identity, **said}


def _metadata(data: bytes, model: str, name: str, seconds: float, channels: int) -> Json:
    return {
        "transaction_key": "deprecated",
        "request_id": request_id(name),
        "sha256": hashlib.sha256(data).hexdigest(),
        "created": wire.CREATED_ISO,
        "duration": round(seconds, 3),
        "channels": channels,
        "models": [model_uuid(model)],
        "model_info": {model_uuid(model): model_info(model)},
    }


async def transcribe(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/listen: the body is a recording, or a JSON object with its `url`."""
    options = Options.of(request.query)
    data = await _audio(request)
    if not data:
        raise BadRequestError("Bad Request: failed to process audio: corrupt or unsupported data")
    name = await wire.request_digest(request)
    sound = _sound(request, data)
    utterances = speech.heard(sound, asked.transcript) if sound else speech.heard_bytes(data, asked.transcript)
    words = [word for utterance in utterances for word in utterance]
    results: Json = {"channels": [{"alternatives": [alternative(words, options.punctuate)]}]}
    if request.query.get("utterances") == "true":
        spoken = filter(None, utterances)
        results["utterances"] = [_utterance(said, index, name) for index, said in enumerate(spoken)]
    seconds = sound.seconds if sound else len(data) / 32000
    metadata = _metadata(data, options.model, name, seconds, sound.channels if sound else 1)
    sent = {"content-type": "application/json", "dg-request-id": request_id(name)}
    body = json.dumps({"metadata": metadata, "results": results}).encode()
    return await wire.whole(request, asked, sent, body)


ROUTES = (Route("POST", "/v1/listen", transcribe, DEEPGRAM),)
