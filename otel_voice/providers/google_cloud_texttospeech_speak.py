"""Google's text to speech: a whole text for whole audio, and text in pieces for audio in pieces."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Sink
from otel_voice.observation.audio import duration
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import google_cloud_common as common
from otel_voice.providers import reading
from otel_voice.providers.google_cloud_messages import argument, choice, has, member, plain
from otel_voice.providers.google_cloud_stream import GoogleStream
from otel_voice.providers.synthesis import Synthesis

PROVIDER = "gcp.texttospeech"
_CONFIG = "streaming_config"
_SPOKEN = ("text", "ssml", "markup")
_WAV_HEADER_BYTES = 44
_WAV_RATE_AT = 24


class Speech(Observer):
    """Reads one synthesis of a whole text."""

    record: TextToSpeech

    def request(self, call: Call) -> TextToSpeech:
        record = self.record = TextToSpeech(PROVIDER)
        reading.server(record, common.address(call.instance))
        voiced(record, argument(call, "voice"), argument(call, "audio_config"))
        text = spoken(argument(call, "input"))
        record.characters = len(text)
        record.text_content = text if self.wants_content else None
        return record

    def response(self, result: Any) -> Sequence[Following]:
        if result is not None:  # what an asynchronous client makes of an answer that it cannot read
            self._read(plain(result).audio_content)
        return ()

    def _read(self, audio: bytes) -> None:
        record = self.record
        record.audio_bytes = len(audio)
        contained = audio[:4] == b"RIFF" and len(audio) >= _WAV_HEADER_BYTES
        if contained:
            (record.sample_rate,) = struct.unpack_from("<I", audio, _WAV_RATE_AT)
        size = record.audio_bytes - _WAV_HEADER_BYTES if contained else record.audio_bytes
        record.audio_seconds = duration(size, record.audio_format, record.sample_rate)

    def failure(self, error: BaseException) -> None:
        common.failure(self.record, error)


class Speak(GoogleStream):
    """Reads one stream: a synthesis that begins with its first text."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._config: Any = None
        self._synthesis: Synthesis | None = None

    def new_record(self) -> TextToSpeech:
        record = TextToSpeech(PROVIDER)
        self.describe(record)
        self.filled(record)
        return record

    def describe(self, record: TextToSpeech) -> None:
        voiced(record, member(self._config, "voice"), member(self._config, "streaming_audio_config"))

    def sent(self, message: Any) -> None:
        message = plain(message)
        if has(message, _CONFIG):
            self._config = member(message, _CONFIG)
            return
        text = spoken(member(message, "input"))
        with self.lock:
            if text and not self.over:
                if self._synthesis is None:
                    self._synthesis = Synthesis(self.new_record(), self.sink)
                self._synthesis.speak(text, self.wants_content)

    def received(self, message: Any) -> None:
        if message is not None and not self.over:
            self.answered = True
            self.chunk(plain(message))

    def answer(self, message: Any) -> None:
        """All answers are audio."""

    def chunk(self, item: Any) -> None:
        """A piece of audio has arrived. This is the hot path, and takes no lock."""
        if self._synthesis is not None and self._synthesis.audio(len(item.audio_content)):
            self._synthesis.listen(item.audio_content)

    def drained(self) -> None:
        if self._synthesis is not None:
            self._synthesis.complete()

    def left(self) -> None:
        if self._synthesis is not None:
            self._synthesis.interrupt()

    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        if self._synthesis is None:
            return False
        self._synthesis.fail(error, error_type)
        return True


def voiced(record: TextToSpeech, voice: Any, audio: Any) -> None:
    """Read the voice and the format of the audio, as asked for."""
    record.voice = member(voice, "name")
    record.request_model = member(voice, "model_name")
    record.language = member(voice, "language_code")
    if audio is not None:
        record.audio_format = choice(audio, "audio_encoding")
        record.sample_rate = reading.integer(member(audio, "sample_rate_hertz"))


def spoken(given: Any) -> str:
    """What is to be said, of one speaker or of several; how it is to be said is no part of it."""
    for name in _SPOKEN:
        text = member(given, name)
        if isinstance(text, str):
            return text
    turns = member(given, "multi_speaker_markup", "turns") or ()
    return "\n".join(str(member(turn, "text") or "") for turn in turns)
