"""Deterministic speech-like sound, its encodings, and the detection of a voice by its energy."""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import mul

CHARACTERS_PER_SECOND = 16
SAMPLE_BYTES = 2
FRAME_SECONDS = 0.02
AMPLITUDE = 6000
# The energy (root mean square of 16-bit samples) over which a 20 ms frame counts as voice.
VOICE_LEVEL = 350


class EncodingError(ValueError):
    """An encoding that the simulators cannot write or read."""


def samples_of(pcm: bytes) -> array[int]:
    """Little-endian 16-bit samples; an odd last byte is left out."""
    samples = array("h", pcm[: len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def bytes_of(samples: array[int]) -> bytes:
    """The inverse of `samples_of`."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()


@lru_cache(maxsize=512)
def _tone(code: int, rate: int) -> bytes:
    length = rate // CHARACTERS_PER_SECOND
    if not chr(code).isalnum():
        return bytes(length * SAMPLE_BYTES)
    step = 2 * math.pi * (140 + code % 40 * 6) / rate
    swell = math.pi / length
    tone = (round(AMPLITUDE * math.sin(step * i) * math.sqrt(math.sin(swell * i))) for i in range(length))
    return bytes_of(array("h", tone))


def speech_seconds(text: str) -> float:
    """How long the simulated voices take to say a text."""
    return len(text) / CHARACTERS_PER_SECOND


def synthesize(text: str, rate: int) -> bytes:
    """16-bit mono PCM at `rate` samples per second: one tone per letter, a rest per other character."""
    return b"".join(_tone(ord(character), rate) for character in text)


def wav(pcm: bytes, rate: int) -> bytes:
    """The PCM samples (16 bit, mono) in a WAV container."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(rate)
        file.writeframes(pcm)
    return buffer.getvalue()


@dataclass(frozen=True)
class Sound:
    """Decoded audio: 16-bit mono PCM and its sample rate."""

    pcm: bytes
    rate: int
    channels: int = 1

    @property
    def seconds(self) -> float:
        return len(self.pcm) / SAMPLE_BYTES / self.rate


def read_wav(data: bytes) -> Sound | None:
    """The sound in a 16-bit WAV file, or None when the data is not such a file."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getsampwidth() != SAMPLE_BYTES:
                return None
            pcm = file.readframes(file.getnframes())
            channels, rate = file.getnchannels(), file.getframerate()
    except (wave.Error, EOFError):
        return None
    return Sound(mix(pcm, channels), rate, channels)


def mix(pcm: bytes, channels: int) -> bytes:
    """Interleaved channels averaged into one."""
    if channels == 1:
        return pcm
    samples = samples_of(pcm)
    tracks = [samples[channel::channels] for channel in range(channels)]
    return bytes_of(array("h", (sum(frame) // channels for frame in zip(*tracks, strict=False))))


def level(samples: array[int]) -> float:
    """The root mean square of the samples; 0 when there are none."""
    return math.sqrt(sum(map(mul, samples, samples)) / len(samples)) if samples else 0.0


@dataclass(frozen=True)
class Frame:
    """20 ms of sound on the audio clock: seconds since the first sample of the stream."""

    start: float
    end: float
    voiced: bool
    samples: array[int]


@dataclass
class Frames:
    """Cuts a stream of PCM bytes of any size into 20 ms frames, and says which of them hold a voice."""

    rate: int
    channels: int = 1
    received: float = 0.0
    _rest: bytearray = field(default_factory=bytearray)
    _count: int = 0

    def feed(self, pcm: bytes) -> Iterator[Frame]:
        """The frames that these bytes completed, in order."""
        self._rest += pcm
        self.received += len(pcm) / SAMPLE_BYTES / self.channels / self.rate
        size = int(self.rate * FRAME_SECONDS) * SAMPLE_BYTES * self.channels
        while len(self._rest) >= size:
            data = bytes(self._rest[:size])
            del self._rest[:size]
            yield self._frame(samples_of(mix(data, self.channels)))

    def _frame(self, samples: array[int]) -> Frame:
        start, end = (round((self._count + edge) * FRAME_SECONDS, 3) for edge in (0, 1))
        self._count += 1
        return Frame(start, end, level(samples) >= VOICE_LEVEL, samples)
