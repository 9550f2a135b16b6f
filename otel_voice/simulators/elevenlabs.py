"""ElevenLabs' text to speech (whole, streamed, with timestamps) and speech to text over HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from aiohttp import web

from otel_voice.simulators import speech, wire
from otel_voice.simulators.audio import CHARACTERS_PER_SECOND, EncodingError, read_wav
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.elevenlabs_errors import ELEVENLABS, headers
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.wire import BadRequestError, Route

CHUNK_SECONDS = 0.1
Json = dict[str, Any]


def wanted_format(query: Mapping[str, str]) -> Format:
    """The format that `output_format` names, such as pcm_16000 or mp3_44100_128."""
    encoding, _, rest = query.get("output_format", "mp3_44100_128").partition("_")
    numbers = rest.split("_")
    if not all(number.isdecimal() for number in numbers):
        raise BadRequestError(f"Invalid output_format {query['output_format']!r}")
    return Format(encoding, *map(int, numbers))


async def _spoken(request: web.Request) -> tuple[str, Format, bytes]:
    text = (await wire.json_of(request)).get("text")
    if not text:
        raise BadRequestError("The text to speak is empty.")
    wanted = wanted_format(request.query)
    try:
        return text, wanted, speak(text, wanted)
    except EncodingError as error:
        raise BadRequestError(str(error)) from error


def _chunk_bytes(wanted: Format) -> int:
    return int(bytes_per_second(wanted) * CHUNK_SECONDS) // 2 * 2


async def synthesize(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/text-to-speech/{voice_id} and .../stream: audio in chunks as it is made."""
    text, wanted, audio = await _spoken(request)
    sent = headers(await wire.request_digest(request), text)
    sent["content-type"] = "audio/mpeg" if wanted.encoding == "mp3" else wanted.content_type
    return await wire.stream(request, asked, sent, wire.pieces(audio, asked.chunks, _chunk_bytes(wanted)))


def alignment(text: str, start: float = 0.0) -> Json:
    """When each character of a text sounds, in seconds."""
    starts = [round(start + index / CHARACTERS_PER_SECOND, 4) for index in range(len(text) + 1)]
    return {
        "characters": list(text),
        "character_start_times_seconds": starts[:-1],
        "character_end_times_seconds": starts[1:],
    }


def _timed(audio: bytes, text: str, start: float) -> Json:
    times = alignment(text, start)
    encoded = base64.b64encode(audio).decode()
    return {"audio_base64": encoded, "alignment": times, "normalized_alignment": times}


async def with_timestamps(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/text-to-speech/{voice_id}/with-timestamps."""
    text, _, audio = await _spoken(request)
    sent = {**headers(await wire.request_digest(request), text), "content-type": "application/json"}
    return await wire.whole(request, asked, sent, json.dumps(_timed(audio, text, 0.0)).encode())


def _timed_lines(text: str, parts: list[bytes]) -> Iterator[bytes]:
    bounds = list(accumulate((len(part) for part in parts), initial=0))
    total = bounds[-1]
    for part, start, end in zip(parts, bounds, bounds[1:], strict=False):
        first, last = len(text) * start // total, len(text) * end // total
        chunk = _timed(part, text[first:last], first / CHARACTERS_PER_SECOND)
        yield json.dumps(chunk).encode() + b"\n"


async def stream_with_timestamps(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/text-to-speech/{voice_id}/stream/with-timestamps: one JSON object a line."""
    text, wanted, audio = await _spoken(request)
    sent = {**headers(await wire.request_digest(request), text), "content-type": "application/json"}
    parts = wire.pieces(audio, asked.chunks, _chunk_bytes(wanted))
    return await wire.stream(request, asked, sent, _timed_lines(text, parts), wire.MALFORMED.encode() + b"\n")


def _heard_word(word: speech.Word) -> Json:
    return {
        "text": word.text,
        "start": word.start,
        "end": word.end,
        "type": "word",
        "speaker_id": "speaker_0",
        "logprob": -0.01,
    }


def _transcription(data: bytes, asked: Behaviour, name: str) -> Json:
    sound = read_wav(data)
    utterances = speech.heard(sound, asked.transcript) if sound else speech.heard_bytes(data, asked.transcript)
    return {
        "language_code": "eng",
        "language_probability": speech.CONFIDENCE,
        "text": speech.text_of(utterances),
        "words": [_heard_word(word) for words in utterances for word in words],
        "transcription_id": name[:20],
        "audio_duration_secs": sound.seconds if sound else len(data) / 32000,
    }


async def transcribe(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/speech-to-text."""
    data = (await wire.form_of(request)).get("file")
    if not isinstance(data, bytes):
        raise BadRequestError("Must provide either file or cloud_storage_url parameter.")
    name = await wire.request_digest(request)
    body = json.dumps(_transcription(data, asked, name)).encode()
    sent = {**headers(name, ""), "content-type": "application/json"}
    return await wire.whole(request, asked, sent, body)


VOICE = "/v1/text-to-speech/{voice_id}"
ROUTES = (
    Route("POST", VOICE, synthesize, ELEVENLABS),
    Route("POST", f"{VOICE}/stream", synthesize, ELEVENLABS),
    Route("POST", f"{VOICE}/with-timestamps", with_timestamps, ELEVENLABS),
    Route("POST", f"{VOICE}/stream/with-timestamps", stream_with_timestamps, ELEVENLABS),
    Route("POST", "/v1/speech-to-text", transcribe, ELEVENLABS),
)
