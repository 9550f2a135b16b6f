"""Speechmatics' streaming recognition, the websocket /v2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment, encoded
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.speech import CONFIDENCE, Word
from otel_voice.simulators.wire import Provider, Route

ENCODINGS = {"pcm_s16le": "linear16", "mulaw": "mulaw"}
SENTENCE_PAUSE_SECONDS = 0.5
Json = dict[str, Any]


def _key(request: web.Request) -> str | None:
    return request.headers.get("authorization", "").partition(" ")[2] or request.query.get("jwt")


async def _model(request: web.Request) -> str | None:
    return None


def _failure(status: int, name: str, reason: str) -> web.Response:
    return web.json_response({"code": status, "error": reason or "refused", "detail": name[:8]}, status=status)


SPEECHMATICS = Provider("speechmatics", _key, _model, _failure)


class Recognizer:
    """The state of one connection without its socket: audio bytes in, messages out."""

    def __init__(self, asked: Json, script: Script) -> None:
        config = asked.get("transcription_config") or {}
        audio = {key: str(value) for key, value in (asked.get("audio_format") or {}).items()}
        self._trigger = (config.get("conversation_config") or {}).get("end_of_utterance_silence_trigger")
        self._partials = bool(config.get("enable_partials"))
        self._ear = Ear(encoded(audio, ENCODINGS), script, self._trigger or SENTENCE_PAUSE_SECONDS)

    def feed(self, data: bytes) -> list[Json]:
        """Hear more audio."""
        return [message for moment in self._ear.feed(data) for message in self._told(moment)]

    def finish(self) -> list[Json]:
        """The audio has come to its end, or the utterance was declared over."""
        return [message for moment in self._ear.finish() for message in self._told(moment)]

    def _told(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "update" and self._partials:
            yield _transcript("AddPartialTranscript", moment)
        elif moment.kind == "end":
            yield _transcript("AddTranscript", moment)
            if self._trigger:
                end = moment.words[-1].end if moment.words else moment.now
                yield {"message": "EndOfUtterance", "metadata": {"start_time": end, "end_time": end}}


def _transcript(kind: str, moment: Moment) -> Json:
    results = [_word(word) for word in moment.words]
    if kind == "AddTranscript" and moment.words:
        end = moment.words[-1].end
        results.append(_result("punctuation", ".", end, end) | {"is_eos": True})
    times = {"start_time": moment.start, "end_time": moment.now}
    return {
        "message": kind,
        "metadata": {"transcript": f"{moment.text} ", **times},
        "results": results,
        "format": "2.9",
    }


def _word(word: Word) -> Json:
    return _result("word", word.bare, word.start, word.end)


def _result(kind: str, content: str, start: float, end: float) -> Json:
    said = {"content": content, "confidence": CONFIDENCE, "language": "en"}
    return {"type": kind, "start_time": start, "end_time": end, "alternatives": [said]}


async def listen(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v2, upgraded to a websocket."""
    name = wire.uuid_of(await wire.request_digest(request))
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    recognizer: Recognizer | None = None
    pieces = 0
    async for message in messages(socket):
        if isinstance(message, bytes):
            pieces += 1
            outbox.put({"message": "AudioAdded", "seq_no": pieces}, 0)
            for told in recognizer.feed(message) if recognizer else ():
                outbox.put(told)
            continue
        control = decoded(message)
        kind = control.get("message")
        if kind == "StartRecognition":
            recognizer = Recognizer(control, Script(asked.transcript))
            outbox.put({"message": "RecognitionStarted", "id": name, "language_pack_info": {}}, 0)
        elif kind in ("EndOfStream", "ForceEndOfUtterance"):
            for told in recognizer.finish() if recognizer else ():
                outbox.put(told)
            if kind == "EndOfStream":
                outbox.put({"message": "EndOfTranscript"})
                break
        else:
            outbox.put({"message": "Error", "type": "invalid_message", "reason": f"Unknown message {kind!r}"}, 0)
    await outbox.close()
    return socket


ROUTES = (Route("GET", "/v2", listen, SPEECHMATICS),)
