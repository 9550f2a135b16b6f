"""Azure's text to speech, the websocket /cognitiveservices/websocket/v1."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import speech_seconds
from otel_voice.simulators.azure_speech_wire import AZURE_SPEECH, SUBPROTOCOLS, TICKS, read, sound, told
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.sockets import Outbox, messages
from otel_voice.simulators.wire import Route

CHUNK_SECONDS = 0.1
_TAG = re.compile(r"<[^>]*>")
_FORMAT = re.compile(r"(?:raw|riff|audio)-(\d+)(khz|hz)-(\w+)-mono-(\w+)")
_NAMES = {"pcm": "pcm", "mulaw": "ulaw", "mp3": "mp3"}
_DEFAULT = Format("pcm", 16000)


def _wanted(name: str) -> Format:
    found = _FORMAT.fullmatch(name)
    if found is None or found[4] not in _NAMES:
        return _DEFAULT
    rate = int(found[1]) * (1000 if found[2] == "khz" else 1)
    kilobits = re.match(r"\d+", found[3]) if found[4] == "mp3" else None
    return Format(_NAMES[found[4]], rate, int(kilobits[0])) if kilobits else Format(_NAMES[found[4]], rate)


def _spoken(request_id: str, text: str, wanted: Format, asked: Behaviour) -> Iterator[tuple[str | bytes, float]]:
    """The messages of one turn, and after how many seconds each is sent."""
    stream_id = wire.digest(text)[:32].upper()
    tag = {"context": {"serviceTag": request_id}}
    yield told("turn.start", request_id, tag), 0.0
    yield told("response", request_id, {**tag, "audio": {"type": "inline", "streamId": stream_id}}), 0.0
    size = int(bytes_per_second(wanted) * CHUNK_SECONDS) // 2 * 2
    at = asked.first
    for piece in wire.pieces(speak(text, wanted), asked.chunks, size):
        yield sound(request_id, stream_id, piece), at
        at += asked.interval
    end = {"Type": "SessionEnd", "Data": {"Offset": round(speech_seconds(text) * TICKS)}}
    yield told("audio.metadata", request_id, {"Metadata": [end]}), at
    yield told("turn.end", request_id, {}), at


async def synthesize(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /cognitiveservices/websocket/v1, upgraded to a websocket."""
    wanted: dict[str, Format] = {}
    socket = web.WebSocketResponse(protocols=SUBPROTOCOLS)
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    try:
        async for data in messages(socket):
            message = read(data)
            if message.path == "synthesis.context":
                audio = (message.json.get("synthesis") or {}).get("audio") or {}
                wanted[message.request_id] = _wanted(str(audio.get("outputFormat")))
            elif message.path == "ssml":
                text = _TAG.sub("", message.body.decode())
                for part, after in _spoken(message.request_id, text, wanted.pop(message.request_id, _DEFAULT), asked):
                    outbox.put(part, after)
        await outbox.close()
    finally:  # a client keeps its connection for as long as it lives, and the server may stop before
        outbox.abandon()
    return socket


ROUTES = (Route("GET", "/cognitiveservices/websocket/v1", synthesize, AZURE_SPEECH),)
