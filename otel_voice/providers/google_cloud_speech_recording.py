"""Google's recognition of a short recording: `recognize`, one operation each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.audio import duration
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import google_cloud_common as common
from otel_voice.providers import reading
from otel_voice.providers.google_cloud_messages import argument, member, plain
from otel_voice.providers.google_cloud_speech_common import PROVIDER, Dialect, One, Two, best, confidence


class Recording(Observer):
    """Reads one recognition, of v1."""

    record: SpeechToText
    dialect: Dialect = One()

    def request(self, call: Call) -> SpeechToText:
        record = self.record = SpeechToText(PROVIDER)
        reading.server(record, common.address(call.instance))
        self.dialect.asked(record, argument(call, "config"))
        record.audio_bytes = len(self.content(call) or b"")
        return record

    def content(self, call: Call) -> bytes | None:
        """The audio, where it is not fetched from a bucket."""
        found = member(argument(call, "audio"), "content")
        return found if isinstance(found, bytes) else None

    def response(self, result: Any) -> Sequence[Following]:
        if result is not None:  # what an asynchronous client makes of an answer that it cannot read
            self._read(plain(result))
        return ()

    def _read(self, answer: Any) -> None:
        record = self.record
        record.request_id = self.dialect.request_id(answer)
        spoken = duration(record.audio_bytes, record.audio_format, record.sample_rate, record.channels)
        record.audio_seconds = spoken or self.dialect.billed(answer)
        found = best(answer.results)
        said = [each.alternatives[0] for each in found]
        record.words = sum(len(each.words) or len(each.transcript.split()) for each in said)
        if len(said) == 1:
            record.confidence = confidence(said[0])
        if found:
            record.language = found[0].language_code or record.language
        if self.wants_content:
            record.transcript_content = " ".join(each.transcript.strip() for each in said)

    def failure(self, error: BaseException) -> None:
        common.failure(self.record, error)


class RecordingOfTwo(Recording):
    """Reads one recognition, of v2."""

    dialect = Two()

    def content(self, call: Call) -> bytes | None:
        found = argument(call, "content")
        return found if isinstance(found, bytes) else None
