"""Amazon Polly's speech. Its paths are found behind the prefix `/aws`."""

from __future__ import annotations

import re

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import EncodingError
from otel_voice.simulators.aws_errors import POLLY, headers
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.wire import BadRequestError, Route

CHUNK_SECONDS = 0.1
# Polly's name of a format -> ours, the type of the answer, and the rate where none is asked for.
FORMATS = {
    "pcm": ("pcm", "audio/pcm", 16000),
    "mp3": ("mp3", "audio/mpeg", 24000),
    "mu-law": ("ulaw", "audio/mulaw", 8000),
}
# What Polly says when it is asked for speech marks: one word, and when it is said.
MARKS = b'{"time":6,"type":"word","start":0,"end":5,"value":"Hello"}\n'
_TAG = re.compile(r"<[^>]*>")


async def synthesize(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/speech: audio in chunks as it is made."""
    body = await wire.json_of(request)
    text, name = body.get("Text"), body.get("OutputFormat")
    if not text:
        raise BadRequestError("1 validation error detected: Value at 'text' failed to satisfy constraint")
    sent = {**headers(await wire.request_digest(request)), "x-amzn-RequestCharacters": str(len(_TAG.sub("", text)))}
    if name == "json":
        return await wire.stream(request, asked, {**sent, "content-type": "application/x-json-stream"}, [MARKS])
    if name not in FORMATS:
        raise BadRequestError(f"This output format is not supported: {name}")
    encoding, content_type, rate = FORMATS[name]
    wanted = Format(encoding, int(body.get("SampleRate", rate)))
    try:
        audio = speak(_TAG.sub("", text), wanted)
    except EncodingError as error:
        raise BadRequestError(str(error)) from error
    size = int(bytes_per_second(wanted) * CHUNK_SECONDS) // 2 * 2
    parts = wire.pieces(audio, asked.chunks, size)
    return await wire.stream(request, asked, {**sent, "content-type": content_type}, parts)


ROUTES = (Route("POST", "/aws/v1/speech", synthesize, POLLY),)
