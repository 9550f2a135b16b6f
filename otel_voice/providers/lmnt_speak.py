"""LMNT's text to speech over HTTP: audio as bytes, or whole with the times of its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.sound import Sound
from otel_voice.providers.stainless import StainlessObserver

_RAW_RESPONSES = ("X-Lmnt-Raw-Response", "X-Stainless-Raw-Response")  # before 2.6 the second


class Generation(StainlessObserver):
    """Reads one synthesis whose audio is bytes."""

    record: TextToSpeech
    request_id_header = "request-id"

    def request(self, call: Call) -> TextToSpeech:
        record = self.record = synthesis(call.kwargs)
        reading.server(record, call.instance._client._base_url)
        record.request_model = reading.given(call.kwargs, "model", str)
        record.streamed = _streamed(call.kwargs.get("extra_headers"))
        text = call.kwargs.get("text")
        if isinstance(text, str):
            record.characters = len(text)
            record.text_content = text if self.wants_content else None
        self.sound = Sound(record)
        return record

    def whole(self, content_type: str, body: bytes) -> None:
        self.sound.add(body)

    def body(self, data: bytes) -> None:
        self.sound.add(data)

    def end(self) -> None:
        self.sound.settle()


class Detailed(Generation):
    """Reads one synthesis whose audio is in a JSON object."""

    def result(self, result: Any) -> None:
        self.record.request_id = getattr(result, "request_id", None) or self.record.request_id
        if isinstance(result.audio, str):
            self.sound.add_encoded(result.audio)

    def whole(self, content_type: str, body: bytes) -> None:
        StainlessObserver.whole(self, content_type, body)

    def body(self, data: bytes) -> None:
        StainlessObserver.body(self, data)

    def end(self) -> None:
        StainlessObserver.end(self)
        super().end()


def synthesis(asked: Mapping[str, Any]) -> TextToSpeech:
    """The record of a synthesis that is about to be asked for."""
    record = TextToSpeech("lmnt")
    record.voice = reading.given(asked, "voice", str)
    language = reading.given(asked, "language", str)
    record.language = None if language == "auto" else language
    record.audio_format = reading.given(asked, "format", str)
    record.sample_rate = reading.given(asked, "sample_rate", int)
    return record


def _streamed(headers: Any) -> bool:
    """Whether the program will read the body itself: `with_streaming_response` says so in a header."""
    return isinstance(headers, Mapping) and any(headers.get(name) == "stream" for name in _RAW_RESPONSES)
