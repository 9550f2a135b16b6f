"""Voices that run in this process: their audio is numbers in memory, whole or in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Abandonment, Running
from otel_voice.observation import clock
from otel_voice.observation.records import TextToSpeech


@dataclass(frozen=True)
class Handed(Following):
    """All of the audio is in the program's hands where the call returns: its first and its last."""

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        now = clock.now()
        running.first_chunk(now)
        running.complete(now)


class LocalSynthesis(Observer):
    """Reads one synthesis."""

    record: TextToSpeech

    def new_record(self, provider: str, call: Call) -> TextToSpeech:
        """The record of a synthesis, whose first argument is the text."""
        record = self.record = TextToSpeech(provider)
        text = call.argument(0, "text")
        if isinstance(text, str):
            record.characters = len(text)
            record.text_content = text if self.wants_content else None
        return record

    def response(self, result: Any) -> Sequence[Following]:
        self.chunk(result)
        return (Handed(),)

    def heard(self, samples: Any, rate: int) -> None:
        """A piece of audio is in the program's hands. This is the hot path."""
        record = self.record
        record.sample_rate = rate
        record.audio_seconds = (record.audio_seconds or 0.0) + len(samples) / rate


def file_name(path: Any) -> str | None:
    """The name of a model, by its file."""
    return PurePath(path).stem if isinstance(path, str | PurePath) else None
