"""Soniox' recognition of a recording: uploaded, submitted and asked for until it is done, all as one operation."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading


class Transcription(Observer):
    """Reads one `transcribe_and_wait`, whose answer tells of the recording and not what was said."""

    record: SpeechToText

    def request(self, call: Call) -> SpeechToText:
        record = self.record = SpeechToText("soniox")
        reading.server(record, call.instance._client.api_base_url)
        record.request_model = reading.given(call.kwargs, "model", str)
        record.audio_bytes = reading.size(call.kwargs.get("file"))
        hints: Sequence[str] = getattr(call.kwargs.get("config"), "language_hints", None) or ()
        record.language = hints[0] if len(hints) == 1 else None
        return record

    def response(self, result: Any) -> Sequence[Following]:
        record = self.record
        record.response_id, record.response_model = result.id, result.model
        if result.audio_duration_ms is not None:
            record.audio_seconds = result.audio_duration_ms / 1000
        if result.status == "error":  # the SDK raises nothing for it
            record.error_type = result.error_type or "error"
        return ()

    def failure(self, error: BaseException) -> None:
        reading.status(self.record, error)
        self.record.request_id = getattr(error, "request_id", None)


class Transcript(Transcription):
    """Reads one `transcribe_and_wait_with_tokens`, whose answer tells what was said and not of the recording."""

    def response(self, result: Any) -> Sequence[Following]:
        record = self.record
        record.response_id = result.id
        record.words = len(result.text.split())
        sure = [token.confidence for token in result.tokens if token.confidence is not None]
        record.confidence = fsum(sure) / len(sure) if sure else None
        record.transcript_content = result.text if self.wants_content else None
        return ()
