"""Cartesia over HTTP: text to speech as bytes and as server-sent events, and transcription of a recording."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import speech, wire
from otel_voice.simulators.audio import EncodingError, read_wav
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.cartesia_errors import CARTESIA, request_id
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.wire import BadRequestError, Route

CHUNK_SECONDS = 0.1
ENCODINGS = {"pcm_s16le": "pcm", "pcm_f32le": "f32", "pcm_mulaw": "ulaw"}
CONTENT_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}
Json = dict[str, Any]


def wanted_format(asked: Mapping[str, Any]) -> Format:
    """The format that `output_format` describes. Raises `BadRequestError`."""
    container, rate = asked.get("container"), int(asked.get("sample_rate") or 44100)
    if container == "mp3":
        return Format("mp3", rate, int(asked.get("bit_rate") or 128000) // 1000)
    encoding = ENCODINGS.get(str(asked.get("encoding")))
    if encoding is None:
        raise BadRequestError(
            f"The simulator cannot encode {asked.get('encoding')!r}; it offers {', '.join(ENCODINGS)}."
        )
    return Format("wav" if container == "wav" and encoding == "pcm" else encoding, rate)


def spoken(message: Mapping[str, Any], asked: Behaviour) -> list[bytes]:
    """The audio of a generation request, in chunks. Raises `BadRequestError`."""
    wanted = wanted_format(message.get("output_format") or {})
    try:
        audio = speak(str(message.get("transcript")), wanted)
    except EncodingError as error:
        raise BadRequestError(str(error)) from error
    return wire.pieces(audio, asked.chunks, int(bytes_per_second(wanted) * CHUNK_SECONDS) // 4 * 4)


async def _request(request: web.Request) -> Json:
    body = await wire.json_of(request)
    if not body.get("transcript"):
        raise BadRequestError("The transcript is empty.")
    return body


async def generate(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /tts/bytes."""
    body = await _request(request)
    container = str((body.get("output_format") or {}).get("container"))
    sent = {"content-type": CONTENT_TYPES.get(container, "application/octet-stream")}
    return await wire.stream(request, asked, sent, spoken(body, asked))


def chunk(audio: bytes, context: str | None) -> Json:
    """A piece of audio as a message."""
    data = base64.b64encode(audio).decode()
    return {
        "type": "chunk",
        "data": data,
        "done": False,
        "status_code": 206,
        "step_time": 12.5,
        "context_id": context,
    }


def done(context: str | None) -> Json:
    """The end of a synthesis as a message."""
    return {"type": "done", "done": True, "status_code": 200, "context_id": context}


def _events(parts: list[bytes], context: str | None) -> Iterator[bytes]:
    for message in (*(chunk(part, context) for part in parts), done(context)):
        yield f"event: {message['type']}\ndata: {json.dumps(message)}\n\n".encode()


async def generate_events(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /tts/sse."""
    body = await _request(request)
    events = _events(spoken(body, asked), body.get("context_id"))
    malformed = f"event: chunk\ndata: {wire.MALFORMED}\n\n".encode()
    return await wire.stream(request, asked, {"content-type": "text/event-stream"}, events, malformed)


async def transcribe(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /stt."""
    form = await wire.form_of(request)
    data = form.get("file")
    if not isinstance(data, bytes) or not data:
        raise BadRequestError("The audio file is missing or empty.")
    sound = read_wav(data)
    utterances = speech.heard(sound, asked.transcript) if sound else speech.heard_bytes(data, asked.transcript)
    words = [{"word": word.text, "start": word.start, "end": word.end} for words in utterances for word in words]
    answer: Json = {
        "type": "transcript",
        "text": speech.text_of(utterances),
        "language": form.get("language") or "en",
        "duration": sound.seconds if sound else len(data) / 32000,
        "request_id": request_id(await wire.request_digest(request)),
    }
    if "timestamp_granularities[]" in form:
        answer["words"] = words
    return await wire.whole(request, asked, {"content-type": "application/json"}, json.dumps(answer).encode())


ROUTES = (
    Route("POST", "/tts/bytes", generate, CARTESIA),
    Route("POST", "/tts/sse", generate_events, CARTESIA),
    Route("POST", "/stt", transcribe, CARTESIA),
)
