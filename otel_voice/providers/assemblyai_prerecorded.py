"""AssemblyAI's recognition of a recording: uploaded, submitted and asked for until it is done, all as one operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading


class Transcription(Observer):
    """Reads one transcription of a recording."""

    record: SpeechToText

    def request(self, call: Call) -> SpeechToText:
        record = self.record = SpeechToText("assemblyai")
        reading.server(record, call.instance._client.settings.base_url)
        record.audio_bytes = reading.size(call.argument(0, "data"))
        asked = getattr(call.argument(1, "config") or call.instance.config, "raw", None)
        record.request_model = _model(asked)
        record.language = _text(getattr(asked, "language_code", None))
        return record

    def response(self, result: Any) -> Sequence[Following]:
        record, answer = self.record, _answer(result)
        record.request_id = record.response_id = answer.id
        record.response_model = getattr(answer, "speech_model_used", None)
        record.language = _text(getattr(answer, "language_code", None)) or record.language
        if answer.audio_duration is not None:
            record.audio_seconds = float(answer.audio_duration)
        if answer.words is not None:
            record.words = len(answer.words)
        record.confidence = answer.confidence
        if _text(answer.status) == "error":  # the SDK raises nothing for it
            record.error_type = "error"
        if self.wants_content:
            record.transcript_content = answer.text
        return ()

    def failure(self, error: BaseException) -> None:
        reading.status(self.record, error)


def _answer(transcript: Any) -> Any:
    """The server's last answer, which the two kinds of transcript keep elsewhere."""
    inner = getattr(transcript, "_impl", None)
    return transcript._transcript if inner is None else inner.transcript


def _model(asked: Any) -> str | None:
    several = getattr(asked, "speech_models", None)
    return _text(getattr(asked, "speech_model", None)) or (_text(several[0]) if several else None)


def _text(value: Any) -> str | None:
    """A text, or what an enumeration stands for."""
    value = getattr(value, "value", value)
    return value if isinstance(value, str) else None
