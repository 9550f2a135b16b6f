"""OpenAI text to speech: the sound whole, in pieces, or as events."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.openai_common import OpenAIObserver, client
from otel_voice.providers.sound import Sound

_DEFAULT_FORMAT = "mp3"
_PCM_RATE = 24000  # of `pcm`: 16 bits, little-endian, one channel
_RAW_RESPONSE = "X-Stainless-Raw-Response"
_AUDIO = b'"audio"'


class Speech(OpenAIObserver):
    """Reads one synthesis."""

    record: TextToSpeech
    default_format: ClassVar[str | None] = "mp3"

    def request(self, call: Call) -> TextToSpeech:
        kwargs = call.kwargs
        record = self.record = TextToSpeech(self.provider)
        client(record, call)
        record.streamed = _streamed(kwargs.get("extra_headers"))
        record.voice = _voice(kwargs.get("voice"))
        record.audio_format = reading.given(kwargs, "response_format", str) or self.default_format
        if record.audio_format == "pcm":
            record.sample_rate, record.channels = _PCM_RATE, 1
        text = kwargs.get("input")
        if isinstance(text, str):
            record.characters = len(text)
            record.text_content = text if self.wants_content else None
        self._sound = Sound(record)
        self._rest = b""
        self._as_events = False
        return record

    def response(self, result: Any) -> Sequence[Following]:
        response = getattr(result, "response", None)
        if response is None:
            return super().response(result)
        self.headers(response)
        self.whole("", response.content)
        return ()

    def headers(self, response: Any) -> None:
        super().headers(response)
        self._as_events = "event-stream" in response.headers.get("content-type", "")
        if not self._as_events:  # bytes are nothing but sound, and nothing stands on their way
            self.chunk = self.body = self._sound.add  # type: ignore[method-assign, assignment]

    def whole(self, content_type: str, body: bytes) -> None:
        self.chunk(body)

    def body(self, data: bytes) -> None:
        self.chunk(data)

    def chunk(self, item: bytes) -> None:
        if self._as_events:
            self._events(item)
        else:
            self._sound.add(item)

    def _events(self, data: bytes) -> None:
        """Read the lines that are complete; a piece of a body may end anywhere."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if _AUDIO in line:
                self._sound.add_encoded(_audio(line))
            elif b'"usage"' in line:
                self._usage(line)

    def _usage(self, line: bytes) -> None:
        try:
            usage = json.loads(line.removeprefix(b"data:"))["usage"]
        except (ValueError, KeyError, TypeError):
            return
        if isinstance(usage, Mapping):
            self.record.input_tokens = usage.get("input_tokens")
            self.record.output_tokens = usage.get("output_tokens")

    def end(self) -> None:
        if self._rest:
            self._events(b"\n")
        self._sound.settle()


def _streamed(headers: Any) -> bool:
    """Whether the program will read the body itself: `with_streaming_response` says so in a header."""
    return isinstance(headers, Mapping) and headers.get(_RAW_RESPONSE) == "stream"


def _voice(voice: Any) -> str | None:
    """The name of a built-in voice, or the id of one's own."""
    if isinstance(voice, Mapping):
        voice = voice.get("id")
    return voice if isinstance(voice, str) else None


def _audio(line: bytes) -> bytes:
    """The base64 sound in an event, without decoding the event."""
    start = line.find(b'"', line.find(_AUDIO) + len(_AUDIO)) + 1
    return line[start : line.find(b'"', start)]
