"""Speech that sherpa-onnx makes: all of it is in the program's hands where the call returns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from weakref import WeakKeyDictionary

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call
from otel_voice.capture.shapes.noting import Noter
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers.local_synthesis import Handed, LocalSynthesis

_KINDS = ("vits", "matcha", "kokoro", "zipvoice", "kitten", "pocket", "supertonic")
_models: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


class Voices(Noter):
    """Remembers the model of a voice, which the engine keeps to itself."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        model = getattr(call.argument(0, "config"), "model", None)
        files = (getattr(getattr(model, kind, None), "tokens", "") for kind in _KINDS)
        tokens = next((file for file in files if file), None)
        if tokens:
            _models[call.instance] = PurePath(tokens).parent.name


class Speech(LocalSynthesis):
    """Reads one synthesis. How long its sound is, is not asked for: the engine would copy it number by number."""

    def request(self, call: Call) -> TextToSpeech:
        record = self.new_record("sherpa_onnx", call)
        record.request_model = _models.get(call.instance)
        voice = call.kwargs.get("sid")
        record.voice = str(voice) if isinstance(voice, int) else None
        return record

    def response(self, result: Any) -> Sequence[Following]:
        self.record.sample_rate = result.sample_rate
        return (Handed(),)
