"""The audio that a program pushes to the Azure Speech SDK: its format, and when which part of it was written."""

from __future__ import annotations

from typing import Any, NamedTuple

from otel_voice.capture.observer import Call
from otel_voice.capture.shapes.noting import Noter
from otel_voice.observation.audio import AudioClock
from otel_voice.providers.azure_speech_native import MARK

_UNCOMPRESSED = ("pcm", "alaw", "mulaw")
_BITS = 16


class Sound(NamedTuple):
    """The format of a stream; without a rate of bytes where its size does not say how long it is."""

    encoding: str | None
    rate: int | None
    channels: int | None
    byte_rate: int | None


_DEFAULT = Sound("pcm", 16000, 1, 32000)


class Pushed:
    """What was pushed into one stream."""

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        self.clock = AudioClock(sound.byte_rate)
        self.reader: int | None = None
        """Who was the first to read it: to another, offsets do not begin where the stream does."""


class Formats(Noter):
    """Remembers on a format what it was made of: the SDK keeps a handle of the library only."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        vars(call.instance)[MARK] = _sound(call)


class Streams(Noter):
    """Puts a clock on every stream into which audio is pushed."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        asked = call.argument(0, "stream_format")
        sound = _DEFAULT if asked is None else vars(asked).get(MARK)
        if sound is not None:
            vars(call.instance)[MARK] = Pushed(sound)


class Writes(Noter):
    """Counts what is pushed. This is the hot path."""

    def before(self, call: Call) -> Any:
        pushed = vars(call.instance).get(MARK)
        if pushed is not None:
            pushed.clock.add(len(call.argument(0, "buffer")))


def pushed_to(config: Any) -> Pushed | None:
    """What is pushed into the stream of an audio configuration; None when its audio comes from somewhere else."""
    found = getattr(getattr(config, "_stream", None), MARK, None)
    return found if isinstance(found, Pushed) else None


def _sound(call: Call) -> Sound:
    compressed = call.argument(3, "compressed_stream_format")
    rate = call.argument(0, "samples_per_second")
    if compressed is not None:
        return Sound(compressed.name.lower(), None, None, None)
    if not rate:
        return _DEFAULT
    wave = getattr(call.argument(4, "wave_stream_format"), "name", "PCM").lower()
    bits = (call.argument(1, "bits_per_sample") or _BITS) if wave == "pcm" else 8
    channels = call.argument(2, "channels") or 1
    return Sound(wave, rate, channels, rate * channels * bits // 8 if wave in _UNCOMPRESSED else None)
