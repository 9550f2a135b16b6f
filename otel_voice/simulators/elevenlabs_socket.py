"""ElevenLabs' stream-input websocket: text in as it is written, audio out as it is made."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import EncodingError, speech_seconds
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.elevenlabs import alignment, wanted_format
from otel_voice.simulators.elevenlabs_errors import ELEVENLABS, headers
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import BadRequestError, Route

# The service waits for this many characters before it speaks, unless told to flush.
SCHEDULE = 50
CHUNK_SECONDS = 0.25


@dataclass
class Voice:
    """The text that waits to be spoken, and what was spoken so far."""

    wanted: Format
    asked: Behaviour
    text: str = ""
    spoken_seconds: float = 0.0

    def add(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """The audio messages this text message leads to."""
        self.text += message.get("text") or ""
        ready = message.get("flush") or message.get("text") == "" or len(self.text) >= SCHEDULE
        return self._speak() if ready and self.text.strip() else []

    def _speak(self) -> list[dict[str, Any]]:
        text, self.text = self.text.strip(), ""
        audio = speak(text, self.wanted)
        size = int(bytes_per_second(self.wanted) * CHUNK_SECONDS) // 2 * 2
        parts = wire.pieces(audio, self.asked.chunks, size)
        times = _times(text, self.spoken_seconds)
        self.spoken_seconds += speech_seconds(text)
        return [_audio(part, times if index == 0 else None) for index, part in enumerate(parts)]


def _times(text: str, start: float) -> dict[str, Any]:
    spans = alignment(text)
    starts = [round((start + at) * 1000) for at in spans["character_start_times_seconds"]]
    return {"chars": spans["characters"], "charStartTimesMs": starts, "charDurationsMs": [62] * len(text)}


def _audio(part: bytes, times: dict[str, Any] | None) -> dict[str, Any]:
    encoded = base64.b64encode(part).decode()
    return {"audio": encoded, "isFinal": None, "normalizedAlignment": times, "alignment": times}


def _voice(request: web.Request, asked: Behaviour) -> Voice:
    wanted = wanted_format(request.query)
    try:
        speak("", wanted)
    except EncodingError as error:
        raise BadRequestError(str(error)) from error
    return Voice(wanted, asked)


async def stream_input(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v1/text-to-speech/{voice_id}/stream-input, upgraded to a websocket."""
    voice = _voice(request, asked)
    socket = websocket()
    socket.headers.update(headers(await wire.request_digest(request), ""))
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    async for message in messages(socket):
        text = decoded(str(message))
        for index, audio in enumerate(voice.add(text)):
            outbox.put(audio, asked.first + index * asked.interval)
        if text.get("text") == "":
            outbox.put({"audio": None, "isFinal": True, "normalizedAlignment": None, "alignment": None})
            break
    await outbox.close()
    return socket


ROUTES = (Route("GET", "/v1/text-to-speech/{voice_id}/stream-input", stream_input, ELEVENLABS),)
