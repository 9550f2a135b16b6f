"""Azure's speech recognition, the websocket /speech/recognition/<mode>/cognitiveservices/v1.

A connection holds one turn after the other, each with a request id of its own. In the mode `interactive` a turn is
one utterance; in the others it lasts until the audio ends.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.azure_speech_wire import AZURE_SPEECH, SUBPROTOCOLS, TICKS, Message, read, told
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.sockets import Outbox, messages
from otel_voice.simulators.wire import Route

PAUSE_SECONDS = 0.5
INTERACTIVE = "interactive"
_HEADER_BYTES = 44
_MULAW = 7


class Turn:
    """One turn without its socket: audio bytes in, messages out."""

    def __init__(self, request_id: str, mode: str, encoding: dict[str, str], script: Script, context: Any) -> None:
        self._request_id = request_id
        self._mode = mode
        self._ear = Ear(encoding, script, PAUSE_SECONDS)
        self._phrases = 0
        self._replayed = set(((context.get("continuation") or {}).get("audio") or {}).get("streams") or ())
        """Streams that an earlier turn did not hear to the end. More may follow after them."""
        self._begun = False
        self.over = False

    def hear(self, message: Message) -> Iterator[str]:
        """A piece of audio; an empty one ends it."""
        if self.over:
            return
        if not self._begun:
            self._begun = True
            yield self._say("turn.start", {"context": {"serviceTag": self._request_id}})
        if message.body:
            yield from self._heard(self._ear.feed(message.body))
        elif self._mode != INTERACTIVE or message.headers.get("x-streamid") not in self._replayed:
            yield from self._ended()

    def _heard(self, moments: list[Moment]) -> Iterator[str]:
        for moment in moments:
            if self.over:
                return
            if moment.kind == "start":
                yield self._say("speech.startDetected", {"Offset": _ticks(moment.start)})
            elif moment.kind == "update":
                yield self._say("speech.hypothesis", self._said(moment) | {"Text": _plain(moment.text)})
            else:
                yield from self._phrase(moment)

    def _phrase(self, moment: Moment) -> Iterator[str]:
        said = {"RecognitionStatus": "Success", "DisplayText": moment.text} if moment.words else _NO_MATCH
        if self._mode == INTERACTIVE:
            yield self._say("speech.endDetected", {"Offset": _ticks(moment.now)})
        yield self._say("speech.phrase", self._said(moment) | said)
        self._phrases += 1
        if self._mode == INTERACTIVE:
            yield self._end()

    def _ended(self) -> Iterator[str]:
        """No more audio will come."""
        yield from self._heard(self._ear.finish())
        if self.over:
            return
        now = _ticks(self._ear.seconds)
        status = "InitialSilenceTimeout" if self._mode == INTERACTIVE else "EndOfDictation"
        yield self._say("speech.endDetected", {"Offset": now})
        yield self._say("speech.phrase", {"RecognitionStatus": status, "Offset": now, "Duration": 0})
        yield self._end()

    def _end(self) -> str:
        self.over = True
        return self._say("turn.end", {})

    def _said(self, moment: Moment) -> dict[str, Any]:
        start = moment.words[0].start if moment.words else moment.start
        end = moment.words[-1].end if moment.words else moment.now
        identity = wire.digest(self._request_id, str(self._phrases))[:32]
        return {"Id": identity, "Offset": _ticks(start), "Duration": _ticks(end) - _ticks(start), "Channel": 0}

    def _say(self, path: str, body: dict[str, Any]) -> str:
        return told(path, self._request_id, body)


_NO_MATCH = {"RecognitionStatus": "NoMatch", "DisplayText": ""}


def _ticks(seconds: float) -> int:
    return round(seconds * TICKS)


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character not in ".,;:!?")


def _encoding(audio: bytes) -> dict[str, str]:
    """The format that a WAV header tells, which is sent once for each connection."""
    kind, channels, rate = struct.unpack_from("<HHI", audio, 20)
    return {"encoding": "mulaw" if kind == _MULAW else "linear16", "sample_rate": str(rate), "channels": str(channels)}


async def listen(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /speech/recognition/<mode>/cognitiveservices/v1, upgraded to a websocket."""
    script, encoding = Script(asked.transcript), {"sample_rate": "16000"}
    contexts: dict[str, Any] = {}
    turn: Turn | None = None
    known = ""
    socket = web.WebSocketResponse(protocols=SUBPROTOCOLS)
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    try:
        async for data in messages(socket):
            message = read(data)
            if message.path == "speech.context":
                contexts[message.request_id] = message.json
            elif message.path == "audio":
                if message.headers.get("content-type") and len(message.body) >= _HEADER_BYTES:
                    encoding = _encoding(message.body)
                if turn is None or known != message.request_id:
                    known = message.request_id
                    turn = Turn(known, request.match_info["mode"], encoding, script, contexts.pop(known, {}))
                for text in turn.hear(message):
                    outbox.put(text)
        await outbox.close()
    finally:  # a client keeps its connection for as long as it lives, and the server may stop before
        outbox.abandon()
    return socket


ROUTES = (Route("GET", "/speech/recognition/{mode}/cognitiveservices/v1", listen, AZURE_SPEECH),)
