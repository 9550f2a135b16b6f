"""ElevenLabs text to speech: audio as bytes, and audio with the times of its characters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Closing, Following, Items
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation import records
from otel_voice.observation.audio import decoded_size
from otel_voice.providers import elevenlabs_common as common
from otel_voice.providers.sound import Sound


class Speech(Observer):
    """Reads one synthesis whose items are bytes of audio."""

    record: records.TextToSpeech
    streamed = True

    def request(self, call: Call) -> records.TextToSpeech:
        record = self.record = common.synthesis(call)
        record.streamed = self.streamed
        common.client(record, call)
        text = call.kwargs.get("text")
        if isinstance(text, str):
            record.characters = len(text)
            record.text_content = text if self.wants_content else None
        self._sound = Sound(record)
        # Nothing stands on the way of a piece of sound.
        self.chunk = self.reader(self._sound)  # type: ignore[method-assign, assignment]
        return record

    def reader(self, sound: Sound) -> Callable[[Any], None]:
        """Who reads the items: they are nothing but sound."""
        return sound.add

    def response(self, result: Any) -> Sequence[Following]:
        response = result._response
        common.headers(self.record, response.headers)
        return Items(result, "_data"), Closing(response)

    def failure(self, error: BaseException) -> None:
        common.failure(self.record, error)

    def end(self) -> None:
        self._sound.settle()


class TimedStream(Speech):
    """Reads one synthesis whose items hold base64 audio beside the times of its characters."""

    def reader(self, sound: Sound) -> Callable[[Any], None]:
        return lambda item: sound.add_encoded(item.audio_base_64)


class TimedSpeech(Speech):
    """Reads one synthesis that comes whole, as base64 audio beside the times of its characters."""

    streamed = False

    def response(self, result: Any) -> Sequence[Following]:
        response = getattr(result, "_response", None)
        if response is not None:  # 1.x gives the parsed answer itself, at first as a plain dict
            common.headers(self.record, response.headers)
            result = result._data
        encoded = result.get("audio_base64") if isinstance(result, Mapping) else result.audio_base_64
        self.record.audio_bytes = decoded_size(encoded)
        return ()
