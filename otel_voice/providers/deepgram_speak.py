"""Deepgram's text to speech over HTTP: one request, and audio as it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Closing, Following, Items
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.deepgram_common import REQUEST_ID, audio, environment, failure, query
from otel_voice.providers.sound import Sound

DEFAULT_RATES = {"linear16": 24000, "mulaw": 8000, "alaw": 8000}
"""Samples a second when none were asked for."""
_FORMATS = {"audio/mpeg": "mp3", "audio/ogg": "opus", "audio/aac": "aac", "audio/flac": "flac"}
_WAV_HEADER_BYTES = 44


class Generation(Observer):
    """Reads one synthesis."""

    def request(self, call: Call) -> TextToSpeech:
        record = self.record = TextToSpeech("deepgram")
        audio(record, query(call))
        record.voice = record.request_model  # a model of Deepgram is a voice
        record.streamed = True
        reading.server(record, environment(call.instance).base)
        text = call.kwargs.get("text")
        if isinstance(text, str):
            record.characters = len(text)
            record.text_content = text if self.wants_content else None
        self._sound = Sound(record)
        return record

    def response(self, result: Any) -> Sequence[Following]:
        self._headers(result.headers)
        return Items(result, "_data"), Closing(result._response)

    def _headers(self, headers: Mapping[str, str]) -> None:
        record = self.record
        record.request_id = headers.get(REQUEST_ID)
        record.response_model = headers.get("dg-model-name")
        record.voice = record.voice or record.response_model
        record.characters = reading.integer(headers.get("dg-char-count")) or record.characters
        kind = headers.get("content-type", "").partition(";")[0]
        record.audio_format = record.audio_format or _FORMATS.get(kind)
        record.sample_rate = record.sample_rate or DEFAULT_RATES.get(record.audio_format or "")
        self._sound = Sound(record, _WAV_HEADER_BYTES if "wav" in kind else 0)

    def chunk(self, item: Any) -> None:
        self.record.chunks += 1
        self._sound.add(item)

    def failure(self, error: BaseException) -> None:
        failure(self.record, error)

    def end(self) -> None:
        self._sound.settle()
