"""openai-whisper, 20231117 to 2025: recordings recognised in this process, whole, by a model's `transcribe`.

The same function has two more names, in the package and in a module; called by one of those it is not observed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import call
from otel_voice.observation.records import SpeechToText

_RATE = 16000  # of whatever is not a path
_SIZES: Mapping[Any, str] = {384: "tiny", 512: "base", 768: "small", 1024: "medium", 1280: "large"}


class Transcription(Observer):
    """Reads one recording."""

    def request(self, call: Call) -> SpeechToText:
        audio = call.argument(0, "audio")
        record = self.record = SpeechToText("whisper")
        record.request_model = _size(call.instance)
        language = call.kwargs.get("language")
        record.language = language if isinstance(language, str) else None
        shape = getattr(audio, "shape", None)
        record.audio_seconds = shape[-1] / _RATE if shape else None
        return record

    def response(self, result: Any) -> Sequence[Following]:
        record, text = self.record, result["text"]
        record.language = record.language or result.get("language")
        record.words = len(text.split())
        if self.wants_content:
            record.transcript_content = text.strip()
        return ()


def _size(model: Any) -> str | None:
    """By what name a model is known, which it does not keep; of a size that is no usual one, none."""
    dims = getattr(model, "dims", None)
    size = _SIZES.get(getattr(dims, "n_audio_state", None))
    if dims is None or size is None:
        return None
    if size == "large":
        return "turbo" if dims.n_text_layer < dims.n_audio_layer else size
    return size if model.is_multilingual else f"{size}.en"


PROVIDER = Provider(
    name="whisper",
    # Not the package: another distribution has one of that name.
    package="whisper.model",
    distribution="openai-whisper",
    since="20231117",
    before="20260000",
    points=(Point("whisper.model", "Whisper.transcribe", call, Transcription),),
    surfaces={"Whisper": "transcribe"},
)
