"""Fish Audio's text to speech over a websocket: the text as an iterator, and its sound as it comes."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.shapes.reciting import RecitingObserver
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.fish_speak import Speech, failure


class Recital(Speech, RecitingObserver):
    """Reads one synthesis of `fishaudio`. The text is counted as it is sent."""

    def request(self, call: Call) -> TextToSpeech:
        record = self.begun(call.kwargs.get("model"), call.instance._client.base_url)
        self.read(record, call.kwargs, call.kwargs.get("config"))
        self._texts: list[str] = []
        return record

    def heard(self, text: Any) -> None:
        said = text if isinstance(text, str) else getattr(text, "text", None)
        if not isinstance(said, str):
            return  # a flush
        self.record.characters = (self.record.characters or 0) + len(said)
        if self.wants_content:
            self._texts.append(said)

    def failure(self, error: BaseException) -> None:
        failure(self.record, error)
        if self.record.status_code is None:
            reading.refusal(self.record, error)

    def end(self) -> None:
        super().end()
        if self._texts:
            self.record.text_content = "".join(self._texts)


class SessionRecital(Recital):
    """Reads one synthesis of `fish_audio_sdk`, whose request may have a text of its own."""

    def request(self, call: Call) -> TextToSpeech:
        record = self.begun(call.argument(2, "backend"), call.instance._base_url)
        self.read(record, {}, call.argument(0, "request"))
        self._texts = []
        return record
