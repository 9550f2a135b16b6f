"""Gladia's live recognition: a session is asked for over HTTP, and held on a websocket."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import behaviour, gladia_prerecorded, wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment, encoded
from otel_voice.simulators.gladia_errors import GLADIA
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.speech import CONFIDENCE
from otel_voice.simulators.wire import Route

ENCODINGS = {"wav/pcm": "linear16", "wav/ulaw": "mulaw"}
PAUSE_SECONDS = 0.5
Json = dict[str, Any]


async def initiate(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v2/live: the address carries what was asked for, so that nothing is kept."""
    body = await wire.json_of(request)
    name = wire.uuid_of(await wire.request_digest(request))
    token = base64.urlsafe_b64encode(json.dumps({"id": name, **body}).encode()).decode()
    url = f"ws://{request.host}{_prefix(request)}/v2/live?token={token}"
    answer = {"id": name, "created_at": wire.CREATED_ISO, "url": url}
    return web.json_response(answer, status=201)


def _prefix(request: web.Request) -> str:
    """What makes the websocket behave as the request asked for, in its path or in a header."""
    parts = request.rel_url.raw_path.split("/")
    directives = parts[2] if parts[1] == behaviour.PREFIX else request.headers.get(behaviour.HEADER)
    return f"/{behaviour.PREFIX}/{directives}" if directives else ""


class Recognizer:
    """The state of one session without its socket: audio bytes in, messages out."""

    def __init__(self, asked: Json, script: Script) -> None:
        query = {"encoding": str(asked.get("encoding")), "sample_rate": str(asked.get("sample_rate") or 16000)}
        self._ear = Ear(encoded(query, ENCODINGS), script, float(asked.get("endpointing") or PAUSE_SECONDS))
        wanted: Json = asked.get("messages_config") or {}
        self._partials = bool(wanted.get("receive_partial_transcripts"))
        self._events = bool(wanted.get("receive_speech_events"))
        self._named = {"session_id": asked["id"], "created_at": wire.CREATED_ISO}
        self._heard = 0
        self._bytes = 0

    def feed(self, data: bytes) -> list[Json]:
        """Hear more audio, and confirm it."""
        spoken = [message for moment in self._ear.feed(data) for message in self._told(moment)]
        start, self._bytes = self._bytes, self._bytes + len(data)
        return [self._confirmed("audio_chunk", {"byte_range": [start, self._bytes], "time_range": [0, 0]}), *spoken]

    def finish(self) -> list[Json]:
        """The audio has come to its end."""
        rest = [message for moment in self._ear.finish() for message in self._told(moment)]
        left = {"recording_duration": self._ear.seconds, "recording_left_to_process": 0}
        return [self._confirmed("stop_recording", left), *rest, {"type": "end_session", **self._named}]

    def _confirmed(self, kind: str, data: Json) -> Json:
        return {"type": kind, "acknowledged": True, "error": None, "data": data, **self._named}

    def _told(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "start" and self._events:
            yield {"type": "speech_start", "data": {"time": moment.start, "channel": 0}, **self._named}
        elif moment.kind == "update" and self._partials:
            yield self._transcript(moment, False)
        elif moment.kind == "end":
            if self._events:
                yield {"type": "speech_end", "data": {"time": moment.now, "channel": 0}, **self._named}
            yield self._transcript(moment, True)
            self._heard += 1

    def _transcript(self, moment: Moment, is_final: bool) -> Json:
        words = [
            {"word": f" {word.text}", "start": word.start, "end": word.end, "confidence": CONFIDENCE}
            for word in moment.words
        ]
        said = {
            "text": moment.text,
            "start": moment.start,
            "end": moment.words[-1].end if moment.words else moment.now,
            "language": "en",
            "confidence": CONFIDENCE,
            "channel": 0,
            "words": words,
        }
        data = {"id": f"00_{self._heard:08d}", "is_final": is_final, "utterance": said}
        return {"type": "transcript", "data": data, **self._named}


async def converse(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v2/live, upgraded to a websocket."""
    wanted = decoded(base64.urlsafe_b64decode(request.query["token"]).decode())
    recognizer = Recognizer(wanted, Script(asked.transcript))
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    async for message in messages(socket):
        if isinstance(message, bytes):
            for told in recognizer.feed(message):
                outbox.put(told)
        elif decoded(message).get("type") == "stop_recording":
            for told in recognizer.finish():
                outbox.put(told)
            break
    await outbox.close()
    return socket


ROUTES = (
    *gladia_prerecorded.ROUTES,
    Route("POST", "/v2/live", initiate, GLADIA),
    Route("GET", "/v2/live", converse, GLADIA),
)
