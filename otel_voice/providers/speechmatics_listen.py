"""Speechmatics' streaming recognition: final transcripts in parts, and utterances whose end is told or punctuated."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.audio import AudioClock, byte_rate
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.listening import Listening
from otel_voice.providers.utterance import Heard

_CHANNEL = 0


class SpeechmaticsError(Exception):
    """An error that Speechmatics sent as a message."""


class Listen(Listening):
    """Reads one connection; what is asked for is said in its first message."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._format: Mapping[str, Any] = {}
        self._config: Mapping[str, Any] = {}
        self._session_id: str | None = None
        self._tells_ends = False
        """Whether the server tells the end of an utterance; otherwise the end of a sentence stands for it."""

    def opening(self, call: Call) -> bool:
        transport = call.instance
        if transport._websocket is not None or transport._closed:
            return False
        self.address = transport._prepare_url()
        self.request_id = transport._request_id
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.listen()
        return connection._websocket

    def new_record(self) -> SpeechToText:
        record = SpeechToText("speechmatics")
        asked = {**self._config, **self._format}
        record.request_model = reading.given(asked, "model", str) or reading.given(asked, "operating_point", str)
        record.language = reading.given(asked, "language", str)
        record.audio_format = reading.given(asked, "encoding", str)
        record.sample_rate = reading.integer(asked.get("sample_rate"))
        record.conversation = self.conversation
        self.filled(record)
        record.session_id = self._session_id
        return record

    def sent(self, message: Any) -> None:
        super().sent(message)
        if isinstance(message, str):
            said = parsed(message)
            if said.get("message") == "StartRecognition":
                self._start(said)

    def message(self, message: Mapping[str, Any]) -> None:
        kind, now = message.get("message"), clock.now()
        if kind in ("AddPartialTranscript", "AddTranscript"):
            self._transcript(message, now)
        elif kind in ("EndOfUtterance", "EndOfTranscript"):
            self.finish(_CHANNEL, now)
        elif kind == "RecognitionStarted":
            self._session_id = message.get("id")
        elif kind == "Error":
            self.fail(SpeechmaticsError(message.get("reason") or "unknown"), str(message.get("type") or "Error"))

    def _start(self, message: Mapping[str, Any]) -> None:
        self._format = message.get("audio_format") or {}
        self._config = message.get("transcription_config") or {}
        ends = self._config.get("conversation_config") or {}
        self._tells_ends = bool(ends.get("end_of_utterance_silence_trigger"))
        self.audio = AudioClock(byte_rate(self._format.get("encoding"), self._format.get("sample_rate")))

    def _transcript(self, message: Mapping[str, Any], now: int) -> None:
        heard = _heard(message)
        utterance = self.utterance(_CHANNEL, heard, now)
        if utterance is None:
            return
        if message["message"] == "AddPartialTranscript":
            if heard.transcript:
                utterance.partial(heard, now)
            return
        utterance.segment(heard, now)
        if not self._tells_ends and _ends_sentence(message):
            self.finish(_CHANNEL, now)


def _heard(message: Mapping[str, Any]) -> Heard:
    metadata = message.get("metadata") or {}
    words = [result for result in message.get("results") or () if result.get("type") == "word"]
    sure = [each["confidence"] for word in words for each in word.get("alternatives", ())[:1] if "confidence" in each]
    start, end = metadata.get("start_time"), metadata.get("end_time")
    return Heard(
        (metadata.get("transcript") or "").strip(),
        [{"start": word.get("start_time"), "end": word.get("end_time")} for word in words],
        fsum(sure) / len(sure) if sure else None,
        start,
        end - start if start is not None and end is not None else None,
    )


def _ends_sentence(message: Mapping[str, Any]) -> bool:
    return any(result.get("is_eos") for result in message.get("results") or ())
