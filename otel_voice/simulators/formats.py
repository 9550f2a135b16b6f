"""The audio encodings the simulated voices can deliver: PCM, WAV, G.711 mu-law and silent MP3 frames."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from otel_voice.simulators.audio import (
    EncodingError,
    bytes_of,
    samples_of,
    speech_seconds,
    synthesize,
    wav,
)

MULAW_BIAS = 132
MULAW_CLIP = 32635
# MPEG audio layer III: bit rate index by kbit/s, sample rate index by Hz, for version 1 and 2.
MPEG1_RATES = {44100: 0, 48000: 1, 32000: 2}
MPEG2_RATES = {22050: 0, 24000: 1, 16000: 2}
MPEG1_BITRATES = {32: 1, 40: 2, 48: 3, 56: 4, 64: 5, 80: 6, 96: 7, 112: 8, 128: 9, 160: 10, 192: 11}
MPEG2_BITRATES = {8: 1, 16: 2, 24: 3, 32: 4, 40: 5, 48: 6, 56: 7, 64: 8, 80: 9, 96: 10}


@dataclass(frozen=True)
class Format:
    """An encoding, its sample rate in Hz and, for MP3, its bit rate in kbit/s."""

    encoding: str
    rate: int
    bitrate: int = 64

    @property
    def content_type(self) -> str:
        if self.encoding in ("pcm", "ulaw"):
            return f"{CONTENT_TYPES[self.encoding]};rate={self.rate}"
        return CONTENT_TYPES[self.encoding]


CONTENT_TYPES: Mapping[str, str] = {
    "pcm": "audio/l16",
    "wav": "audio/wav",
    "ulaw": "audio/mulaw",
    "mp3": "audio/mpeg",
    "f32": "audio/l32",
}


def _mulaw_sample(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), MULAW_CLIP) + MULAW_BIAS
    exponent = magnitude.bit_length() - 8
    mantissa = magnitude >> (exponent + 3) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


def _linear_sample(byte: int) -> int:
    byte = ~byte & 0xFF
    magnitude = ((byte & 0x0F) * 8 + MULAW_BIAS) << (byte >> 4 & 0x07)
    return MULAW_BIAS - magnitude if byte & 0x80 else magnitude - MULAW_BIAS


@lru_cache(maxsize=1)
def _linear_table() -> tuple[int, ...]:
    return tuple(map(_linear_sample, range(256)))


def encode_mulaw(pcm: bytes) -> bytes:
    """16-bit PCM as G.711 mu-law, one byte a sample."""
    return bytes(map(_mulaw_sample, samples_of(pcm)))


def decode_mulaw(data: bytes) -> bytes:
    """G.711 mu-law as 16-bit PCM."""
    samples = samples_of(b"")
    samples.extend(map(_linear_table().__getitem__, data))
    return bytes_of(samples)


def encode_float(pcm: bytes) -> bytes:
    """16-bit PCM as little-endian numbers of 32 bits between -1 and 1."""
    samples = samples_of(pcm)
    return struct.pack(f"<{len(samples)}f", *(sample / 32768 for sample in samples))


def _mp3(text: str, wanted: Format) -> bytes:
    first = wanted.rate in MPEG1_RATES
    rates, bitrates = (MPEG1_RATES, MPEG1_BITRATES) if first else (MPEG2_RATES, MPEG2_BITRATES)
    if wanted.rate not in rates or wanted.bitrate not in bitrates:
        raise EncodingError(f"mp3 at {wanted.rate} Hz and {wanted.bitrate} kbit/s does not exist")
    header = bytes([0xFF, 0xFB if first else 0xF3, bitrates[wanted.bitrate] << 4 | rates[wanted.rate] << 2, 0xC0])
    frame_samples = 1152 if first else 576
    frame = header.ljust(frame_samples // 8 * wanted.bitrate * 1000 // wanted.rate, b"\0")
    return frame * max(1, round(speech_seconds(text) * wanted.rate / frame_samples))


WRITERS: Mapping[str, Callable[[str, Format], bytes]] = {
    "pcm": lambda text, wanted: synthesize(text, wanted.rate),
    "wav": lambda text, wanted: wav(synthesize(text, wanted.rate), wanted.rate),
    "ulaw": lambda text, wanted: encode_mulaw(synthesize(text, wanted.rate)),
    "f32": lambda text, wanted: encode_float(synthesize(text, wanted.rate)),
    "mp3": _mp3,
}


def speak(text: str, wanted: Format) -> bytes:
    """A text as sound: tones, or frames of silence for MP3. Raises `EncodingError`."""
    if wanted.encoding not in WRITERS:
        raise EncodingError(f"the simulator cannot encode {wanted.encoding!r}; it offers {', '.join(WRITERS)}")
    return WRITERS[wanted.encoding](text, wanted)


def bytes_per_second(wanted: Format) -> int:
    """How many bytes a second of sound takes."""
    return {"mp3": wanted.bitrate * 125, "ulaw": wanted.rate, "f32": wanted.rate * 4}.get(
        wanted.encoding, wanted.rate * 2
    )
