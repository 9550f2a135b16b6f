"""What recognition of streams and of recordings with sherpa-onnx share."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from otel_voice.capture.observer import Call
from otel_voice.observation.records import SpeechToText

T = TypeVar("T")

RATE = 16000
"""Samples a second in which audio is counted; the engine resamples whatever it gets."""


def new_record(model: str | None) -> SpeechToText:
    """The record of an utterance or of a recording."""
    record = SpeechToText("sherpa_onnx")
    record.request_model = model
    return record


def model_name(recognizer: Any) -> str | None:
    """The name of the folder of a model, whose files are called alike in all of them."""
    tokens = getattr(getattr(getattr(recognizer, "config", None), "model_config", None), "tokens", None)
    return PurePath(tokens).parent.name or None if tokens else None


def counted(call: Call) -> int:
    """How many samples a piece of audio is, at our rate; 0 for what is no audio, which the engine refuses."""
    try:
        return int(len(call.argument(1, "waveform")) * RATE / call.argument(0, "sample_rate"))
    except (TypeError, ZeroDivisionError):
        return 0


def kept(table: WeakKeyDictionary[Any, T], stream: Any) -> T | None:
    """What is known of a stream; nothing of what is none."""
    try:
        return table.get(stream)
    except TypeError:
        return None
