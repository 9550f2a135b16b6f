"""Deepgram's recognition of a whole recording: `transcribe_file` and `transcribe_url`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.deepgram_common import REQUEST_ID, audio, environment, failure, model_name, query


class Transcription(Observer):
    """Reads one transcription request."""

    def request(self, call: Call) -> SpeechToText:
        record = self.record = SpeechToText("deepgram")
        audio(record, query(call))
        reading.server(record, environment(call.instance).base)
        recording = call.kwargs.get("request")
        if isinstance(recording, bytes):
            record.audio_bytes = len(recording)
        return record

    def response(self, result: Any) -> Sequence[Following]:
        record, answer = self.record, result.data
        record.request_id = result.headers.get(REQUEST_ID) or getattr(answer, "request_id", None)
        metadata = getattr(answer, "metadata", None)
        if metadata is not None:  # with a callback, the transcript goes elsewhere and only an id comes back
            self._metadata(metadata)
            self._results(answer.results)
        return ()

    def _metadata(self, metadata: Any) -> None:
        record = self.record
        record.request_id = record.request_id or metadata.request_id
        record.response_model = model_name(metadata.model_info)
        record.audio_seconds = metadata.duration
        record.channels = reading.integer(metadata.channels)

    def _results(self, results: Any) -> None:
        record = self.record
        best = [channel.alternatives[0] for channel in results.channels or () if channel.alternatives]
        record.words = sum(len(each.words or ()) for each in best)
        if len(best) == 1:
            record.confidence = best[0].confidence
        if record.language is None and results.channels:
            record.language = getattr(results.channels[0], "detected_language", None)
        if self.wants_content:
            record.transcript_content = "\n".join(each.transcript or "" for each in best)

    def failure(self, error: BaseException) -> None:
        failure(self.record, error)
