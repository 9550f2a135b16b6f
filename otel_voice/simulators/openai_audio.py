"""OpenAI's speech: synthesis, whole or as events."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import openai_transcription, wire
from otel_voice.simulators.audio import EncodingError
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.formats import CONTENT_TYPES, Format, bytes_per_second, speak
from otel_voice.simulators.language import count_tokens
from otel_voice.simulators.openai_errors import MALFORMED_EVENT, OPENAI, event, headers
from otel_voice.simulators.wire import BadRequestError, Route

RATE = 24000
CHUNK_SECONDS = 0.1
# The model says about this many tokens of audio a second.
AUDIO_TOKENS_PER_SECOND = 20
Json = dict[str, Any]


def _usage(text: str, seconds: float) -> Json:
    heard, spoken = count_tokens(text), max(1, round(seconds * AUDIO_TOKENS_PER_SECOND))
    return {"input_tokens": heard, "output_tokens": spoken, "total_tokens": heard + spoken}


def _events(parts: list[bytes], usage: Json) -> Iterator[bytes]:
    for part in parts:
        yield event({"type": "speech.audio.delta", "audio": base64.b64encode(part).decode()})
    yield event({"type": "speech.audio.done", "usage": usage})


async def speech(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../audio/speech: the sound itself in chunks, or events with `stream_format` sse."""
    body = await wire.json_of(request)
    text = body.get("input")
    if not text:
        raise BadRequestError("Invalid 'input': expected a text of at least 1 character.")
    wanted = Format(body.get("response_format", "mp3"), RATE)
    try:
        audio = speak(text, wanted)
    except EncodingError as error:
        raise BadRequestError(str(error)) from error
    rate = bytes_per_second(wanted)
    parts = wire.pieces(audio, asked.chunks, int(rate * CHUNK_SECONDS) // 2 * 2)
    sent = headers(await wire.request_digest(request))
    if body.get("stream_format") == "sse":
        sent["content-type"] = "text/event-stream; charset=utf-8"
        return await wire.stream(request, asked, sent, _events(parts, _usage(text, len(audio) / rate)), MALFORMED_EVENT)
    sent["content-type"] = "audio/pcm" if wanted.encoding == "pcm" else CONTENT_TYPES[wanted.encoding]
    return await wire.stream(request, asked, sent, parts)


ROUTES = (
    *(
        Route("POST", path, speech, OPENAI)
        for path in ("/v1/audio/speech", "/openai/deployments/{model}/audio/speech", "/openai/v1/audio/speech")
    ),
    *openai_transcription.ROUTES,
)
