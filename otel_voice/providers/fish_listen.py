"""Fish Audio's recognition of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.fish_speak import failure


class Transcription(Observer):
    """Reads one transcription."""

    record: SpeechToText

    def request(self, call: Call) -> SpeechToText:
        record = self.record = SpeechToText("fish")
        reading.server(record, call.instance._client.base_url)
        record.audio_bytes = reading.size(call.kwargs.get("audio"))
        record.language = reading.given(call.kwargs, "language", str)
        return record

    def response(self, result: Any) -> Sequence[Following]:
        record = self.record
        record.audio_seconds = result.duration / 1000
        if self.wants_content:
            record.transcript_content = result.text
        return ()

    def failure(self, error: BaseException) -> None:
        failure(self.record, error)
