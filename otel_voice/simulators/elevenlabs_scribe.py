"""ElevenLabs' streaming recognition, the websocket /v1/speech-to-text/realtime."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment, encoded
from otel_voice.simulators.elevenlabs_errors import ELEVENLABS
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.speech import Word
from otel_voice.simulators.wire import BadRequestError, Route

ENCODINGS = {"pcm": "linear16", "ulaw": "mulaw"}
SILENCE_SECONDS = 1.5
Json = dict[str, Any]


class Recognizer:
    """The state of one connection without its socket: messages in, messages out."""

    def __init__(self, query: Mapping[str, str], script: Script) -> None:
        name = query.get("audio_format") or f"{query.get('encoding', 'pcm_16000')}"
        encoding, _, rate = name.partition("_")
        if encoding not in ENCODINGS or not rate.isdecimal():
            raise BadRequestError(f"Unsupported audio format {name!r}")
        by_itself = query.get("commit_strategy") == "vad"
        pause = float(query.get("vad_silence_threshold_secs", SILENCE_SECONDS)) if by_itself else None
        self.timed = query.get("include_timestamps", "").lower() == "true"
        self._language = query.get("language_code", "en")
        self._ear = Ear(encoded({"encoding": encoding, "sample_rate": rate}, ENCODINGS), script, pause)

    def take(self, message: Json) -> list[Json]:
        """Act on a message of the client."""
        if message.get("message_type") != "input_audio_chunk":
            return [{"message_type": "input_error", "error": "Unknown message type."}]
        moments = self._ear.feed(base64.b64decode(message.get("audio_base_64") or ""))
        if message.get("commit"):
            moments += self._ear.finish()
        return [told for moment in moments for told in self._told(moment)]

    def _told(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "update":
            yield {"message_type": "partial_transcript", "text": moment.text}
        elif moment.kind == "end":
            yield {"message_type": "committed_transcript", "text": moment.text}
            if self.timed:
                words = [_word(word) for word in moment.words]
                told = {"text": moment.text, "language_code": self._language, "words": _spaced(words)}
                yield {"message_type": "committed_transcript_with_timestamps", **told}


def _word(word: Word) -> Json:
    return {"text": word.text, "start": word.start, "end": word.end, "type": "word", "logprob": -0.02}


def _spaced(words: list[Json]) -> list[Json]:
    """Words with the blanks between them, as the service counts both."""
    spaced: list[Json] = []
    for word in words:
        if spaced:
            spaced.append({"text": " ", "start": spaced[-1]["end"], "end": word["start"], "type": "spacing"})
        spaced.append(word)
    return spaced


async def listen(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v1/speech-to-text/realtime, upgraded to a websocket."""
    recognizer = Recognizer(request.query, Script(asked.transcript))
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    config = {**request.query, "include_timestamps": recognizer.timed}
    name = (await wire.request_digest(request))[:32]
    outbox.put({"message_type": "session_started", "session_id": name, "config": config}, 0)
    told = 0
    async for message in messages(socket):
        answers = recognizer.take(decoded(str(message)))
        for answer in answers:
            outbox.put(answer)
        told += len(answers)
        if asked.error_after is not None and told >= asked.error_after:
            outbox.put({"message_type": "transcriber_error", "error": "The transcriber had an error."})
            break
    await outbox.close()
    return socket


ROUTES = (Route("GET", "/v1/speech-to-text/realtime", listen, ELEVENLABS),)
