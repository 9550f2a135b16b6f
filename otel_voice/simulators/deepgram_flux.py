"""Deepgram's Flux, the websocket /v2/listen that detects the turns of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import Frame
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.deepgram_audio import Decoder
from otel_voice.simulators.deepgram_errors import DEEPGRAM, request_id
from otel_voice.simulators.hearing import Hearing, Script
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.speech import CONFIDENCE, Word
from otel_voice.simulators.wire import BadRequestError, Route

UPDATE_SECONDS = 0.24
# Silence of this length makes the detector certain that the turn is over.
CERTAIN_SECONDS = 0.6
Json = dict[str, Any]


def _threshold(query: Mapping[str, str], name: str, default: float | None) -> float | None:
    text = query.get(name)
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        raise BadRequestError(f"{name}={text}: expected a number") from None


class TurnDetector:
    """The state of one connection without its socket: audio bytes in, messages out."""

    def __init__(self, query: Mapping[str, str], script: Script, request_id: str) -> None:
        self._decoder = Decoder(query)
        self._end = _threshold(query, "eot_threshold", 0.7) or 0.7
        self._eager = _threshold(query, "eager_eot_threshold", None)
        self._timeout = (_threshold(query, "eot_timeout_ms", 5000.0) or 5000.0) / 1000
        self._script = script
        self._request_id = request_id
        self._hearing: Hearing | None = None
        self._sequence = self._turn = 0
        self._now = self._update_at = 0.0
        self._was_eager = False

    def connected(self) -> Json:
        """The greeting of a new connection."""
        return self._numbered({"type": "Connected"})

    def feed(self, data: bytes) -> list[Json]:
        """Hear more audio."""
        return [message for frame in self._decoder.frames(data) for message in self._frame(frame)]

    def control(self, message: Json) -> list[Json]:
        """Act on a client's message."""
        kind = message.get("type")
        if kind == "ForceEndTurn":
            return [self._end_of_turn("manual")] if self._hearing else []
        if kind == "Configure":
            return [self._configured(message)]
        if kind == "CloseStream":
            return [self._end_of_turn("model")] if self._hearing else []
        description = "Could not deserialize the text message: expected Configure, ForceEndTurn or CloseStream."
        return [self._numbered({"type": "Error", "code": "UNPARSABLE_CLIENT_MESSAGE", "description": description})]

    def _configured(self, message: Json) -> Json:
        asked = message.get("thresholds") or {}
        self._end = asked.get("eot_threshold") or self._end
        self._eager = asked.get("eager_eot_threshold") or self._eager
        self._timeout = (asked.get("eot_timeout_ms") or self._timeout * 1000) / 1000
        thresholds = {
            "eot_threshold": self._end,
            "eager_eot_threshold": self._eager,
            "eot_timeout_ms": round(self._timeout * 1000),
        }
        keyterms = message.get("keyterms") or []
        return self._numbered({"type": "ConfigureSuccess", "thresholds": thresholds, "keyterms": keyterms})

    def _frame(self, frame: Frame) -> Iterator[Json]:
        self._now = frame.end
        if frame.voiced:
            yield from self._voice(frame)
        elif self._hearing:
            yield from self._silence()
        if self._hearing and self._now >= self._update_at:
            self._update_at = self._now + UPDATE_SECONDS
            yield self._info("Update", self._hearing.words_until(self._now))

    def _voice(self, frame: Frame) -> Iterator[Json]:
        if self._hearing is None:
            self._hearing = Hearing(self._decoder.rate, frame.start, self._script.take())
            self._update_at = frame.end + UPDATE_SECONDS
            self._hearing.listen(frame)
            yield self._info("StartOfTurn", [])
        self._hearing.listen(frame)
        if self._was_eager:
            self._was_eager = False
            yield self._info("TurnResumed", self._hearing.words_until(self._now))

    def _confidence(self) -> float:
        silence = self._now - self._hearing.end if self._hearing else 0.0
        return round(min(1.0, silence / CERTAIN_SECONDS), 4)

    def _silence(self) -> Iterator[Json]:
        assert self._hearing is not None
        if self._confidence() >= self._end:
            yield self._end_of_turn("model")
        elif self._now - self._hearing.end >= self._timeout:
            yield self._end_of_turn("timeout")
        elif self._eager is not None and not self._was_eager and self._confidence() >= self._eager:
            self._was_eager = True
            yield self._info("EagerEndOfTurn", self._hearing.remaining_words())

    def _end_of_turn(self, trigger: str) -> Json:
        assert self._hearing is not None
        message = {**self._info("EndOfTurn", self._hearing.remaining_words()), "trigger": trigger}
        self._hearing, self._was_eager = None, False
        self._turn += 1
        return message

    def _info(self, event: str, words: list[Word]) -> Json:
        assert self._hearing is not None
        return self._numbered(
            {
                "type": "TurnInfo",
                "event": event,
                "turn_index": self._turn,
                "audio_window_start": round(self._hearing.start, 3),
                "audio_window_end": round(self._now, 3),
                "transcript": " ".join(word.text for word in words),
                "words": [_word(word) for word in words],
                "end_of_turn_confidence": self._confidence(),
            }
        )

    def _numbered(self, message: Json) -> Json:
        numbered = {"request_id": self._request_id, "sequence_id": self._sequence, **message}
        self._sequence += 1
        return numbered


def _word(word: Word) -> Json:
    return {"word": word.text, "confidence": CONFIDENCE, "start": word.start, "end": word.end}


def _strict(message: Json) -> Json:
    """The message as the service sent it first: deepgram-sdk 5 raises on every field it does not know."""
    older = {key: value for key, value in message.items() if key != "trigger"}
    if "words" in older:
        older["words"] = [{key: word[key] for key in ("word", "confidence")} for word in older["words"]]
    return older


def _dialect(request: web.Request) -> Callable[[Json], Json]:
    return _strict if request.headers.get("x-fern-sdk-version", "").startswith("5.") else dict


async def listen(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v2/listen, upgraded to a websocket."""
    identity = request_id(await wire.request_digest(request))
    detector = TurnDetector(request.query, Script(asked.transcript), identity)
    socket = websocket("token")
    socket.headers["dg-request-id"] = identity
    await socket.prepare(request)
    outbox, dialect = Outbox(request, socket, asked), _dialect(request)
    outbox.put(detector.connected(), 0)
    async for message in messages(socket):
        control = {} if isinstance(message, bytes) else decoded(message)
        heard = detector.feed(message) if isinstance(message, bytes) else detector.control(control)
        for info in heard:
            outbox.put(dialect(info))
        if control.get("type") == "CloseStream":
            break
    await outbox.close()
    return socket


ROUTES = (Route("GET", "/v2/listen", listen, DEEPGRAM),)
