"""faster-whisper, 1.x: recordings recognised in this process, segment by segment while the program iterates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.noting import Noter, noting
from otel_voice.capture.shapes.remainder import remainder
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.hearing import MARK


class Models(Noter):
    """Remembers the name of a model, which the SDK does not keep."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        name = call.argument(0, "model_size_or_path")
        if isinstance(name, str):
            vars(call.instance)[MARK] = PurePath(name).name


class Transcription(Observer):
    """Reads one recording, from its features to its last segment."""

    def request(self, call: Call) -> SpeechToText:
        record = self.record = SpeechToText("faster_whisper")
        record.request_model = vars(self.model(call.instance)).get(MARK)
        language = call.argument(1, "language")
        record.language = language if isinstance(language, str) else None
        record.audio_bytes = reading.size(call.argument(0, "audio"))
        self._texts: list[str] = []
        return record

    def model(self, instance: Any) -> Any:
        """What was made of the name of a model."""
        return instance

    def response(self, result: Any) -> Sequence[Following]:
        info = result[1]
        self.record.language = self.record.language or info.language
        self.record.audio_seconds = info.duration
        return ()

    def chunk(self, item: Any) -> None:
        record = self.record
        record.words = (record.words or 0) + (len(item.words) if item.words else len(item.text.split()))
        if self.wants_content:
            self._texts.append(item.text)

    def end(self) -> None:
        self.record.final_ns = self.record.transcribed_ns = self.record.last_chunk_ns
        if self._texts:
            self.record.transcript_content = "".join(self._texts).strip()


class Batched(Transcription):
    """Reads one recording whose segments are recognised several at a time."""

    def model(self, instance: Any) -> Any:
        return instance.model


_MODULE = "faster_whisper.transcribe"

PROVIDER = Provider(
    name="faster_whisper",
    package="faster_whisper",
    distribution="faster-whisper",
    since="1.0",
    before="2",
    points=(
        Point(_MODULE, "WhisperModel.__init__", noting, Models),
        Point(_MODULE, "WhisperModel.transcribe", remainder, Transcription),
        Point(_MODULE, "BatchedInferencePipeline.transcribe", remainder, Batched, since="1.1"),
    ),
    surfaces={
        "WhisperModel, BatchedInferencePipeline": "transcribe, to the last segment that the program takes",
    },
)
