"""ElevenLabs speech to text: one recording in, one transcript (or one for each channel) out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation import audio, records
from otel_voice.providers import elevenlabs_common as common
from otel_voice.providers import reading

_RAW_FORMAT = "pcm_s16le_16"
_RAW_RATE = 16000


class Transcription(Observer):
    """Reads one transcription of a whole recording."""

    record: records.SpeechToText

    def request(self, call: Call) -> records.SpeechToText:
        record = self.record = records.SpeechToText("elevenlabs")
        common.client(record, call)
        record.request_model = reading.given(call.kwargs, "model_id", str)
        record.language = reading.given(call.kwargs, "language_code", str)
        record.audio_bytes = reading.size(call.kwargs.get("file"))
        if call.kwargs.get("file_format") == _RAW_FORMAT:
            record.audio_format, record.sample_rate, record.channels = "pcm", _RAW_RATE, 1
            if record.audio_bytes:
                record.audio_seconds = audio.duration(record.audio_bytes, "pcm", _RAW_RATE)
        return record

    def response(self, result: Any) -> Sequence[Following]:
        response = getattr(result, "_response", None)
        if response is not None:
            common.headers(self.record, response.headers)
            result = result._data
        self._transcripts(result)
        return ()

    def _transcripts(self, result: Any) -> None:
        record = self.record
        record.response_id = getattr(result, "transcription_id", None)
        seconds = getattr(result, "audio_duration_secs", None)
        if seconds is not None:
            record.audio_seconds = seconds
        several = getattr(result, "transcripts", None)
        if several is not None:
            record.channels = len(several)
        # A request with a webhook is answered before there is a transcript.
        found = several or ([result] if hasattr(result, "words") else [])
        if not found:
            return
        record.language = found[0].language_code or record.language
        record.words = sum(word.type == "word" for each in found for word in each.words or ())
        if self.wants_content:
            record.transcript_content = "\n".join(each.text for each in found)

    def failure(self, error: BaseException) -> None:
        common.failure(self.record, error)
