"""Deepgram's text to speech over a websocket: one operation for each stretch of text up to its flush."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers.connection import parsed
from otel_voice.providers.deepgram_common import audio
from otel_voice.providers.deepgram_connection import DeepgramConnection
from otel_voice.providers.deepgram_speak import DEFAULT_RATES
from otel_voice.providers.synthesis import Synthesis


class Flush:
    """A flush of nothing; the server confirms it all the same."""


class Clear:
    """The program cleared everything that stands before this mark."""


class Speak(DeepgramConnection):
    """Reads one connection to /v1/speak."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._response_model: str | None = None
        self._filling: Synthesis | None = None
        """Takes more text until it is flushed."""
        self._waiting: deque[Synthesis | Flush | Clear] = deque()
        """What the server has still to confirm, in order."""
        self._speaking: Synthesis | None = None
        """The synthesis whose audio is arriving; kept, so that a frame of audio finds it without a lock."""
        self._closing = False

    def new_record(self) -> TextToSpeech:
        record = TextToSpeech("deepgram")
        audio(record, self.asked)
        record.response_model = self._response_model
        record.voice = record.request_model or record.response_model
        record.audio_format = record.audio_format or "linear16"
        record.sample_rate = record.sample_rate or DEFAULT_RATES.get(record.audio_format)
        self.filled(record)
        return record

    def sent(self, message: Any) -> None:
        content = parsed(message) if isinstance(message, str) else {}
        kind = content.get("type")
        with self.lock:
            if self.over:
                return
            if kind == "Speak":
                self._speak(content)
            elif kind == "Flush":
                self._flush()
            elif kind == "Clear":
                self._clear()
            elif kind == "Close":
                self._closing = True
            self._look()

    def received(self, message: Any) -> None:
        if isinstance(message, str):
            super().received(message)
            return
        synthesis = self._speaking
        if synthesis is not None and synthesis.audio(len(message)):
            synthesis.listen(message)

    def message(self, message: Mapping[str, Any]) -> None:
        kind = message.get("type")
        if kind == "Flushed":
            self._flushed()
        elif kind == "Cleared":
            self._cleared()
        elif kind == "Metadata":
            self._metadata(message)
        elif kind == "Error":
            self.error_message(message)
        self._look()

    def drained(self) -> None:
        for synthesis in self._take_all():
            if self._closing:  # the server says what is left before it closes
                synthesis.complete()
            else:
                synthesis.interrupt()

    def left(self) -> None:
        for synthesis in self._take_all():
            synthesis.interrupt()

    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        failed = self._take_all()
        for synthesis in failed:
            synthesis.fail(error, error_type)
        return bool(failed)

    def _speak(self, message: Mapping[str, Any]) -> None:
        if self._filling is None:
            self._filling = Synthesis(self.new_record(), self.sink)
        self._filling.speak(str(message.get("text") or ""), self.wants_content)

    def _flush(self) -> None:
        self._waiting.append(self._filling or Flush())
        self._filling = None

    def _clear(self) -> None:
        if self._filling is not None:
            self._waiting.append(self._filling)
            self._filling = None
        self._waiting.append(Clear())

    def _open(self) -> list[Synthesis]:
        return [each for each in (*self._waiting, self._filling) if isinstance(each, Synthesis)]

    def _look(self) -> None:
        self._speaking = next(iter(self._open()), None)

    def _flushed(self) -> None:
        if self._waiting and not isinstance(self._waiting[0], Clear):
            synthesis = self._waiting.popleft()
            if isinstance(synthesis, Synthesis):
                synthesis.complete()

    def _cleared(self) -> None:
        while self._waiting:
            each = self._waiting.popleft()
            if isinstance(each, Clear):
                return
            if isinstance(each, Synthesis):
                each.interrupt()

    def _metadata(self, message: Mapping[str, Any]) -> None:
        self._response_model = message.get("model_name")
        self.request_id = message.get("request_id") or self.request_id
        for synthesis in self._open():
            record = synthesis.record
            record.response_model = self._response_model
            record.voice = record.voice or record.response_model

    def _take_all(self) -> list[Synthesis]:
        """Everything that has not ended; nothing of it is left here."""
        taken = self._open()
        self._waiting.clear()
        self._filling = self._speaking = None
        return taken
