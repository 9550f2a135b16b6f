"""Fish Audio's text to speech over HTTP, by either of its clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Following, Items
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import Operation, TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.sound import Sound


class Speech(Observer):
    """Reads one synthesis of `fishaudio`, which has all of it before the program gets the first piece."""

    record: TextToSpeech

    def request(self, call: Call) -> TextToSpeech:
        record = self.begun(call.kwargs.get("model"), call.instance._client.base_url)
        config = call.kwargs.get("config")
        self.read(record, call.kwargs, config)
        return record

    def begun(self, model: Any, address: object) -> TextToSpeech:
        """The record of a synthesis that is read piece by piece."""
        record = self.record = TextToSpeech("fish")
        reading.server(record, address)
        record.request_model = model if isinstance(model, str) else None
        record.streamed = True
        return record

    def read(self, record: TextToSpeech, asked: Mapping[str, Any], config: Any) -> None:
        """Read what is asked for, each for itself or in a configuration."""
        record.voice = asked.get("reference_id") or getattr(config, "reference_id", None)
        record.audio_format = asked.get("format") or getattr(config, "format", None)
        record.sample_rate = getattr(config, "sample_rate", None)
        text = asked.get("text")
        if isinstance(text, str):
            record.characters = len(text)
            record.text_content = text if self.wants_content else None
        self._sound = Sound(record)

    def response(self, result: Any) -> Sequence[Following]:
        return (Items(result, "_iter"),)

    def chunk(self, item: bytes) -> None:
        self._sound.add(item)

    def failure(self, error: BaseException) -> None:
        failure(self.record, error)

    def end(self) -> None:
        self._sound.settle()


class SessionSpeech(Speech):
    """Reads one synthesis of `fish_audio_sdk`, which comes in pieces."""

    def request(self, call: Call) -> TextToSpeech:
        request = call.argument(0, "request")
        record = self.begun(call.argument(1, "backend"), call.instance.this._base_url)
        self.read(record, {"text": getattr(request, "text", None)}, request)
        return record


def failure(record: Operation, error: BaseException) -> None:
    """Read the status that both clients keep under the same name."""
    code = getattr(error, "status", None)
    if isinstance(code, int):
        record.status_code, record.error_type = code, str(code)
