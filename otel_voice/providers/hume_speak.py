"""Hume's Octave: text to speech as a file or in JSON, whole or in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Closing, Following, Items
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.audio import decoded_size
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.reading import member
from otel_voice.providers.sound import Sound

RATE = 48000  # of all that Octave makes


class File(Observer):
    """Reads one synthesis whose items are bytes of audio."""

    record: TextToSpeech
    streamed = False
    """Whether the service makes it in pieces."""

    def request(self, call: Call) -> TextToSpeech:
        record = self.record = TextToSpeech("hume")
        client = call.instance._client_wrapper
        reading.server(
            record, client.get_base_url() if hasattr(client, "get_base_url") else client.get_environment().base
        )
        record.streamed = self.streamed
        version = reading.given(call.kwargs, "version", str)
        record.request_model = version and f"octave-{version}"
        encoding = member(call.kwargs.get("format"), "type")
        if isinstance(encoding, str):
            record.audio_format = encoding
            record.sample_rate = RATE
        self._read_utterances(call.kwargs.get("utterances"))
        self.sound = Sound(record)
        return record

    def _read_utterances(self, utterances: Any) -> None:
        if not isinstance(utterances, list | tuple):
            return  # an iterator is the program's own
        texts = [str(member(utterance, "text") or "") for utterance in utterances]
        self.record.characters = sum(map(len, texts))
        if self.wants_content:
            self.record.text_content = "\n".join(texts)
        voices = {voice_of(member(utterance, "voice")) for utterance in utterances}
        if len(voices) == 1:
            self.record.voice = voices.pop()

    def response(self, result: Any) -> Sequence[Following]:
        return Items(result, "_data"), Closing(result._response)

    def chunk(self, item: bytes) -> None:
        self.sound.add(item)

    def failure(self, error: BaseException) -> None:
        reading.status(self.record, error)

    def end(self) -> None:
        self.sound.settle()


class FileStream(File):
    """Reads one synthesis that is made in pieces, each of them bytes of audio."""

    streamed = True


class JsonStream(FileStream):
    """Reads one synthesis that is made in pieces, each of them base64 audio in JSON, or the times of words."""

    def chunk(self, item: Any) -> None:
        self.record.request_id = getattr(item, "request_id", None) or self.record.request_id
        encoded = getattr(item, "audio", None)
        if isinstance(encoded, str):
            self.sound.add_encoded(encoded)


class Generations(File):
    """Reads one synthesis that comes whole, in one or several versions."""

    def response(self, result: Any) -> Sequence[Following]:
        record, data = self.record, result._data
        record.request_id = data.request_id
        for generation in data.generations:
            record.audio_bytes += decoded_size(generation.audio)
            record.audio_seconds = (record.audio_seconds or 0.0) + generation.duration
        return ()

    def end(self) -> None:
        """The service says how long its audio is."""


def voice_of(voice: Any) -> str | None:
    """A voice's name, or its id."""
    found = member(voice, "name") or member(voice, "id")
    return found if isinstance(found, str) else None
