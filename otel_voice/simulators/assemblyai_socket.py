"""AssemblyAI's streaming recognition, the websocket /v3/ws that detects the turns of a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.assemblyai_errors import ASSEMBLYAI, identity
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment, encoded
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.speech import CONFIDENCE, Word
from otel_voice.simulators.wire import CREATED_ISO, Route

ENCODINGS = {"pcm_s16le": "linear16", "pcm_mulaw": "mulaw"}
TURN_PAUSE_SECONDS = 0.4
Json = dict[str, Any]


class TurnDetector:
    """The state of one connection without its socket: audio bytes in, messages out."""

    def __init__(self, query: Mapping[str, str], script: Script) -> None:
        self._ear = Ear(encoded(query, ENCODINGS), script, TURN_PAUSE_SECONDS)
        self._formats = query.get("format_turns", "").lower() == "true"
        self._turn = 0

    def feed(self, data: bytes) -> list[Json]:
        """Hear more audio."""
        return [message for moment in self._ear.feed(data) for message in self._told(moment)]

    def control(self, message: Json) -> list[Json]:
        """Act on a client's message."""
        kind = message.get("type")
        if kind in ("ForceEndpoint", "Terminate"):
            rest = [told for moment in self._ear.finish() for told in self._told(moment)]
            return [*rest, self._termination()] if kind == "Terminate" else rest
        if kind == "UpdateConfiguration":
            self._formats = message.get("format_turns", self._formats)
            return []
        if kind == "KeepAlive":
            return []
        return [{"type": "Error", "error_code": 3006, "error": f"Invalid message type: {kind}"}]

    def _told(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "update":
            # The last word may still change, so that the transcript does not have it yet.
            yield self._turn_message(moment.words, " ".join(word.bare for word in moment.words[:-1]), over=False)
        elif moment.kind == "end":
            yield self._turn_message(moment.words, " ".join(word.bare for word in moment.words), over=True)
            if self._formats:
                yield {**self._turn_message(moment.words, moment.text, over=True), "turn_is_formatted": True}
            self._turn += 1

    def _turn_message(self, words: list[Word], transcript: str, over: bool) -> Json:
        return {
            "type": "Turn",
            "turn_order": self._turn,
            "turn_is_formatted": False,
            "end_of_turn": over,
            "transcript": transcript,
            "end_of_turn_confidence": 0.9 if over else 0.01,
            "words": [_word(word, over or word is not words[-1]) for word in words],
        }

    def _termination(self) -> Json:
        seconds = round(self._ear.seconds)
        return {"type": "Termination", "audio_duration_seconds": seconds, "session_duration_seconds": seconds}


def _word(word: Word, final: bool) -> Json:
    return {
        "text": word.text,
        "start": round(word.start * 1000),
        "end": round(word.end * 1000),
        "confidence": CONFIDENCE,
        "word_is_final": final,
    }


async def listen(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v3/ws, upgraded to a websocket."""
    detector = TurnDetector(request.query, Script(asked.transcript))
    name = identity(await wire.request_digest(request))
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    outbox.put({"type": "Begin", "id": name, "expires_at": CREATED_ISO}, 0)
    async for message in messages(socket):
        control = {} if isinstance(message, bytes) else decoded(message)
        for told in detector.feed(message) if isinstance(message, bytes) else detector.control(control):
            outbox.put(told)
        if control.get("type") == "Terminate":
            break
    await outbox.close()
    return socket


ROUTES = (Route("GET", "/v3/ws", listen, ASSEMBLYAI),)
