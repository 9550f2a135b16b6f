"""Cartesia's recognition of a whole recording."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.cartesia_speak import base_url
from otel_voice.providers.stainless import StainlessObserver


class Transcription(StainlessObserver):
    """Reads one transcription of a recording."""

    record: SpeechToText

    def request(self, call: Call) -> SpeechToText:
        record = self.record = SpeechToText("cartesia")
        reading.server(record, base_url(call.instance))
        record.request_model = reading.given(call.kwargs, "model", str)
        record.language = reading.given(call.kwargs, "language", str)
        record.audio_format = reading.given(call.kwargs, "encoding", str)
        record.sample_rate = reading.given(call.kwargs, "sample_rate", int)
        record.audio_bytes = reading.size(call.kwargs.get("file"))
        return record

    def result(self, result: Any) -> None:
        record = self.record
        record.request_id = getattr(result, "request_id", None) or record.request_id
        seconds = getattr(result, "duration", None)
        if seconds is not None:
            record.audio_seconds = float(seconds)
        record.language = record.language or getattr(result, "language", None)
        words = getattr(result, "words", None)
        if words is not None:
            record.words = len(words)
        if self.wants_content:
            record.transcript_content = result.text
