"""Soniox' streaming recognition: tokens that are final come once, in order, and a token says where speech ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.capture.shapes.leaving import Leaver
from otel_voice.observation import clock
from otel_voice.observation.audio import AudioClock, byte_rate
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.listening import Listening
from otel_voice.providers.utterance import Heard

_CHANNEL = 0
_ENDS = ("<end>", "<fin>")
Token = Mapping[str, Any]


class SonioxError(Exception):
    """An error that Soniox sent as a message."""


class Listen(Listening):
    """Reads one connection to /transcribe-websocket; what is asked for is said in its first message."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._asked: Mapping[str, Any] = {}
        self._final: list[Token] = []
        """What was heard of the open utterance and will not change any more: pieces of words."""
        self._final_ns = 0

    def opening(self, call: Call) -> bool:
        self.address = call.argument(0, "uri")
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.listen()
        return connection

    def new_record(self) -> SpeechToText:
        record, asked = SpeechToText("soniox"), self._asked
        record.request_model = reading.given(asked, "model", str)
        hints: Sequence[str] = asked.get("language_hints") or ()
        record.language = hints[0] if len(hints) == 1 else None
        encoding = reading.given(asked, "audio_format", str)
        record.audio_format = None if encoding == "auto" else encoding
        record.sample_rate = reading.integer(asked.get("sample_rate"))
        record.channels = reading.integer(asked.get("num_channels"))
        record.conversation = self.conversation
        self.filled(record)
        return record

    def sent(self, message: Any) -> None:
        super().sent(message)
        if isinstance(message, str):
            said = parsed(message)
            if "model" in said:
                self._asked = said
                rate, channels = reading.integer(said.get("sample_rate")), reading.integer(said.get("num_channels"))
                self.audio = AudioClock(byte_rate(said.get("audio_format"), rate, channels))

    def message(self, message: Mapping[str, Any]) -> None:
        now = clock.now()
        if message.get("error_code") is not None:
            reason = message.get("error_message") or "unknown"
            self.fail(SonioxError(reason), str(message.get("error_type") or message["error_code"]))
            return
        self._tokens([token for token in message.get("tokens") or () if _is_spoken(token)], now)
        if message.get("finished"):
            self._finish(now)

    def drained(self) -> None:
        self._settle()
        super().drained()

    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        self._settle()
        return super().fail_open(error, error_type)

    def _tokens(self, tokens: Sequence[Token], now: int) -> None:
        unsaid: list[Token] = []
        for token in tokens:
            if token.get("is_final") and token.get("text") in _ENDS:
                self._partial(unsaid, now)
                unsaid = []
                self._finish(now)
                continue
            unsaid.append(token)
            if token.get("is_final"):
                self._final.append(token)
                self._final_ns = now
        self._partial(unsaid, now)

    def _partial(self, tokens: Sequence[Token], now: int) -> None:
        if tokens:
            heard = _heard(tokens)
            utterance = self.utterance(_CHANNEL, heard, now)
            if utterance is not None:
                utterance.partial(heard, now)

    def _finish(self, now: int) -> None:
        self._settle()
        self.finish(_CHANNEL, now)

    def _settle(self) -> None:
        """No more of the open utterance will come: what is final of it is what was said."""
        final, self._final = self._final, []
        utterance = self.utterances.get(_CHANNEL)
        if utterance is not None and final:
            utterance.segment(_heard(final), self._final_ns)


class Leave(Leaver):
    """`close` of a session."""

    def websocket(self, call: Call) -> Any:
        return call.instance._ws


def _is_spoken(token: Token) -> bool:
    """Whether somebody said it: a translation was not said by anybody."""
    return token.get("translation_status") != "translation"


def _heard(tokens: Sequence[Token]) -> Heard:
    text = "".join(str(token.get("text", "")) for token in tokens).strip()
    words: list[dict[str, Any]] = []
    for token in tokens:
        if not words or str(token.get("text", "")).startswith(" "):
            words.append({"start": _seconds(token.get("start_ms"))})
        words[-1]["end"] = _seconds(token.get("end_ms"))
    sure = [token["confidence"] for token in tokens if token.get("confidence") is not None]
    start, end = (words[0]["start"], words[-1]["end"]) if words else (None, None)
    return Heard(
        text,
        words,
        fsum(sure) / len(sure) if sure else None,
        start,
        end - start if start is not None and end is not None else None,
    )


def _seconds(milliseconds: Any) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else None
