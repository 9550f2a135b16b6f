"""Recordings that sherpa-onnx recognises: one operation for each, also where several are decoded together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Running, settle
from otel_voice.capture.shapes.noting import Noter
from otel_voice.observation.records import SpeechToText
from otel_voice.providers.sherpa_onnx_common import RATE, counted, kept, model_name, new_record


class _Decoding(NamedTuple):
    stream: Any
    record: SpeechToText
    running: Running


_lengths: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
"""Samples that a stream was given, at our rate."""


class Recorded(Noter):
    """A piece of a recording."""

    def before(self, call: Call) -> None:
        stream = call.instance
        _lengths[stream] = (kept(_lengths, stream) or 0) + counted(call)


class Single(Noter):
    """A recording is recognised."""

    def before(self, call: Call) -> Sequence[_Decoding]:
        settle()
        model = model_name(call.instance)
        return [self._begin(stream, model) for stream in self.streams(call)]

    def after(self, call: Call, noted: Sequence[_Decoding] | None, result: Any) -> None:
        for decoding in noted or ():
            if self.wants_content:
                decoding.record.transcript_content = decoding.stream.result.text.strip()
            decoding.running.complete()

    def failed(self, call: Call, noted: Sequence[_Decoding] | None, error: BaseException) -> None:
        for decoding in noted or ():
            decoding.running.stop(error)

    def streams(self, call: Call) -> Sequence[Any]:
        """What is decoded."""
        return (call.argument(0, "s"),)

    def _begin(self, stream: Any, model: str | None) -> _Decoding:
        record = new_record(model)
        length = kept(_lengths, stream)
        record.audio_seconds = length / RATE if length else None
        return _Decoding(stream, record, Running(record, self.sink))


class Batch(Single):
    """Several recordings are recognised together."""

    def streams(self, call: Call) -> Sequence[Any]:
        return tuple(call.argument(0, "ss") or ())
