"""Seconds of audio from bytes, for the encodings whose size says their length."""

from __future__ import annotations

from collections import deque

from otel_voice.observation import clock

_BYTES_PER_SAMPLE = {
    "linear16": 2,
    "pcm": 2,
    "s16le": 2,
    "linear32": 4,
    "mulaw": 1,
    "ulaw": 1,
    "alaw": 1,
    "pcm_s16le": 2,
    "pcm_s32le": 4,
    "pcm_f16le": 2,
    "pcm_f32le": 4,
    "pcm_mulaw": 1,
    "pcm_alaw": 1,
}


def byte_rate(encoding: str | None, sample_rate: int | None, channels: int | None = None) -> int | None:
    """Bytes a second of an uncompressed encoding; None for a compressed or unknown one."""
    width = _BYTES_PER_SAMPLE.get((encoding or "").lower())
    if width is None or not sample_rate:
        return None
    return width * sample_rate * (channels or 1)


def duration(size: int, encoding: str | None, sample_rate: int | None, channels: int | None = None) -> float | None:
    """Seconds that `size` bytes of uncompressed audio last; None where the size does not say."""
    rate = byte_rate(encoding, sample_rate, channels)
    return size / rate if rate else None


def decoded_size(base64_text: str | bytes | None) -> int:
    """Bytes that a base64 text stands for, without decoding it; 0 for none."""
    if base64_text is None:
        return 0
    padding = "=" if isinstance(base64_text, str) else b"="
    return len(base64_text) * 3 // 4 - base64_text.count(padding, -2)  # type: ignore[arg-type]


class AudioClock:
    """Maps a position in the audio that was sent to the moment it was sent.

    A recogniser speaks of word offsets in seconds of audio; a latency needs moments. One checkpoint is kept for
    each tenth of a second of audio, for the last two minutes, so that memory does not grow with the call.
    """

    __slots__ = ("_checkpoints", "_next", "_rate", "_step", "sent")

    STEP = 0.1
    WINDOW = 1200

    def __init__(self, bytes_per_second: int | None) -> None:
        self._rate = bytes_per_second
        self._step = int(bytes_per_second * self.STEP) if bytes_per_second else 0
        self._next = 0
        self._checkpoints: deque[tuple[int, int]] = deque(maxlen=self.WINDOW)
        self.sent = 0
        """Bytes sent so far."""

    def add(self, size: int) -> None:
        """Count `size` bytes as sent now."""
        sent = self.sent
        if sent >= self._next and self._step:
            self._checkpoints.append((sent, clock.now()))
            self._next = sent + self._step
        self.sent = sent + size

    @property
    def seconds(self) -> float | None:
        """Seconds of audio sent; None for an encoding whose size does not say."""
        return self.sent / self._rate if self._rate else None

    def moment(self, offset: float) -> int | None:
        """Monotonic nanoseconds at which the audio at `offset` seconds was sent; None when it is not known."""
        if not self._rate or not self._checkpoints:
            return None
        position = offset * self._rate
        # Audio sent faster than real time must not map past what was sent after it, nor into the future.
        latest = clock.now()
        # A copy, in one step: another thread may be sending audio meanwhile.
        for sent, at in reversed(tuple(self._checkpoints)):
            if sent <= position:
                return min(at + int((position - sent) / self._rate * 1e9), latest)
            latest = at
        return None
