"""Hume's Octave over a websocket: text is appended, and what was said of it comes back in snippets.

Nobody says when a text is done: it is when snippets with as many letters have come to their last piece. What is
appended by then is one synthesis, and so is what stands between two flushes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.hume_speak import RATE, voice_of
from otel_voice.providers.speaking import Speaking


class HumeError(Exception):
    """An error that Hume sent as a message."""


class StreamInput(Speaking):
    """Reads one connection to /v0/tts/stream/input. Its streams are numbered."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._asked: Mapping[str, Any] = {}
        self._voice: str | None = None
        self._filling = 0
        self._unsaid: dict[str, int] = {}
        """How many letters of a stream have not come as sound."""

    def opening(self, call: Call) -> bool:
        raw = getattr(call.instance, "_raw_client", call.instance)
        self.address = raw._client_wrapper.get_environment().tts
        self._asked = call.kwargs
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        return connection._websocket

    def new_record(self) -> TextToSpeech:
        record = TextToSpeech("hume")
        version = reading.given(self._asked, "version", str)
        record.request_model = version and f"octave-{version}"
        record.voice = self._voice
        record.audio_format = reading.given(self._asked, "format_type", str)
        record.sample_rate = RATE if record.audio_format is not None else None
        self.filled(record)
        return record

    def sent(self, message: Any) -> None:
        said = parsed(message)
        with self.lock:
            self._voice = voice_of(said.get("voice")) or self._voice
            if said.get("text"):
                stream = str(self._filling)
                self._unsaid[stream] = self._unsaid.get(stream, 0) + _letters(said["text"])
                self.speak(stream, said["text"])
            if said.get("flush") or said.get("close"):
                self._filling += 1

    def received(self, message: Any) -> None:
        if isinstance(message, bytes):
            stream = next(iter(self.streams), None)
            if stream is not None:
                self.sound(stream, message)
        else:
            super().received(message)

    def message(self, message: Mapping[str, Any]) -> None:
        if message.get("type") == "error":
            kind = str(message.get("slug") or message.get("code") or "error")
            self.fail_connection(HumeError(str(message.get("message") or kind)), kind)
            return
        stream = next(iter(self.streams), None)
        if message.get("type") != "audio" or stream is None:
            return
        record = self.streams[stream].record
        record.request_id = message.get("request_id") or record.request_id
        if message.get("audio"):
            self.encoded_sound(stream, message["audio"])
        if message.get("is_last_chunk"):
            self._said(stream, _letters(message.get("text") or ""))

    def drained(self) -> None:
        """The server closes when it has said all."""
        for stream in tuple(self.streams):
            self.complete(stream)

    def _said(self, stream: str, letters: int) -> None:
        self._unsaid[stream] = self._unsaid.get(stream, 0) - letters
        if self._unsaid[stream] <= 0:
            del self._unsaid[stream]
            self.complete(stream)


def _letters(text: Any) -> int:
    """What is not blank, which the service may set otherwise."""
    return sum(map(len, str(text).split()))
