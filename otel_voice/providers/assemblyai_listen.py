"""AssemblyAI's streaming recognition, /v3/ws: the server says where the turns of the user end, and may correct them.

Its SDK reads and writes on threads of its own, which know nothing of the program's context: a connection belongs to
the conversation in which it was opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.listening import Listening, Onset
from otel_voice.providers.utterance import Heard

_DEFAULT_ENCODING = "pcm_s16le"


class AssemblyAIError(Exception):
    """An error that AssemblyAI sent as a message."""


class Ended(NamedTuple):
    """A turn that has ended, and whose formatted transcript is still to come."""

    turn: int
    heard: Heard
    at_ns: int


class Turns(Listening):
    """Reads one connection to /v3/ws, whoever opened it."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._formats = False
        """Whether the program asked for formatted transcripts, and so waits for them."""
        self._ended: Ended | None = None
        self._onset: Onset | None = None
        self._last = -1
        """The last turn that was told; what comes later for it is a correction, and no utterance."""

    def opening(self, call: Call) -> bool:
        self.address = call.argument(0, "uri")
        self.asked = dict(parse_qsl(urlsplit(str(self.address)).query))
        self._formats = self.asked.get("format_turns", "").lower() == "true"
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.listen()
        return connection

    def new_record(self) -> SpeechToText:
        record = SpeechToText("assemblyai")
        record.request_model = self.asked.get("speech_model")
        record.language = self.asked.get("language_code")
        record.audio_format = self.asked.get("encoding", _DEFAULT_ENCODING)
        record.sample_rate = reading.integer(self.asked.get("sample_rate"))
        record.conversation = self.conversation
        record.session_id = self.request_id
        self.filled(record)
        return record

    def sent(self, message: Any) -> None:
        super().sent(message)
        if isinstance(message, str):
            asked = parsed(message).get("format_turns")
            if isinstance(asked, bool):
                self._formats = asked

    def message(self, message: Mapping[str, Any]) -> None:
        kind = message.get("type")
        if kind == "Turn":
            self._turn(message, clock.now())
        elif kind == "SpeechStarted":
            self._onset = Onset(_seconds(message.get("timestamp")), clock.now())
        elif kind == "Begin":
            self.request_id = message.get("id")
        elif kind == "Termination":
            self._settle()
        elif "error" in message:  # the older messages of an error have no type
            self.fail(AssemblyAIError(message["error"]), str(message.get("error_code") or "Error"))

    def drained(self) -> None:
        self._settle()
        super().drained()

    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        self._settle()
        return super().fail_open(error, error_type)

    def broken(self, error: BaseException) -> None:
        super().broken(error)
        if self.over:  # older SDKs never close a connection that was lost
            self.hang_up()

    def _turn(self, message: Mapping[str, Any], now: int) -> None:
        turn = message.get("turn_order") or 0
        if turn <= self._last:
            return
        if self._ended is not None and self._ended.turn != turn:
            self._settle()
        heard = _heard(message)
        if self._onset is not None and heard.transcript:
            self.onsets[turn], self._onset = self._onset, None
        utterance = self.utterance(turn, heard, now)
        if utterance is None:
            return
        if not message.get("end_of_turn"):
            utterance.partial(heard, now)
        elif self._formats and not message.get("turn_is_formatted"):
            utterance.endpoint(now)
            self._ended = Ended(turn, heard, now)
        else:
            self._tell(Ended(turn, heard, now))

    def _settle(self) -> None:
        """No formatted transcript will come any more: the plain one is what there is."""
        if self._ended is not None:
            self._tell(self._ended)

    def _tell(self, ended: Ended) -> None:
        self._ended, self._last = None, ended.turn
        utterance = self.utterances.get(ended.turn)
        if utterance is not None:
            utterance.segment(ended.heard, ended.at_ns)
            self.finish(ended.turn, ended.at_ns)


def _heard(message: Mapping[str, Any]) -> Heard:
    """What a turn holds so far; its transcript lacks the words that may still change."""
    said = message.get("words") or ()
    text = message.get("transcript") or " ".join(str(word.get("text", "")) for word in said)
    words = [{"start": _seconds(word.get("start")), "end": _seconds(word.get("end"))} for word in said]
    sure = [word["confidence"] for word in said if word.get("confidence") is not None]
    return Heard(
        text,
        words,
        fsum(sure) / len(sure) if sure else None,
        words[0]["start"] if words else None,
        _span(words),
    )


def _span(words: list[dict[str, float | None]]) -> float | None:
    if not words:
        return None
    start, end = words[0]["start"], words[-1]["end"]
    return None if start is None or end is None else end - start


def _seconds(milliseconds: Any) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else None
