"""Gladia's recognition of a recording: uploaded, submitted and asked for until it is done, all as one operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.reading import member


class Transcription(Observer):
    """Reads one `transcribe`, from the upload on."""

    record: SpeechToText

    def request(self, call: Call) -> SpeechToText:
        return self.begun(call, call.argument(0, "audio_url"), call.argument(1, "options"))

    def begun(self, call: Call, audio: Any, options: Any) -> SpeechToText:
        """The record of a recording, or of the address of one."""
        record = self.record = SpeechToText("gladia")
        reading.server(record, call.instance._options.api_url)
        record.audio_bytes = reading.size(audio) if not isinstance(audio, str) else 0
        model, languages = member(options, "model"), member(member(options, "language_config"), "languages")
        record.request_model = model if isinstance(model, str) else None
        record.language = languages[0] if isinstance(languages, list) and len(languages) == 1 else None
        return record

    def response(self, result: Any) -> Sequence[Following]:
        record, answer, params = self.record, result.result, result.request_params
        record.request_id, record.response_id = result.request_id, result.id
        record.response_model = member(params, "model")
        if answer is None:
            return ()
        record.audio_seconds = float(answer.metadata.audio_duration)
        record.channels = answer.metadata.number_of_distinct_channels
        said = answer.transcription
        if said is not None:
            record.language = next(iter(said.languages), record.language)
            record.words = sum(len(utterance.words) for utterance in said.utterances)
            record.transcript_content = said.full_transcript if self.wants_content else None
        return ()

    def failure(self, error: BaseException) -> None:
        status = getattr(error, "status", None)
        if isinstance(status, int):
            self.record.status_code, self.record.error_type = status, str(status)
        self.record.request_id = getattr(error, "request_id", None)


class Job(Transcription):
    """Reads one `create_and_poll`, of a recording that is somewhere already."""

    def request(self, call: Call) -> SpeechToText:
        return self.begun(call, None, call.argument(0, "options"))
