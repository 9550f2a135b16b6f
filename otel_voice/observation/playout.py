"""How a loudspeaker would play audio as it arrives: when its first sound is heard, and where it would run dry.

Only for uncompressed encodings, whose bytes say how long they last. The loudspeaker is the simplest there is: it plays
what has arrived, at once, and waits when there is no more.
"""

from __future__ import annotations

from typing import NamedTuple

from otel_voice.observation import audio
from otel_voice.observation.records import TextToSpeech

_PATIENCE_NS = 20_000_000
"""A shorter wait is no underrun: every player holds back as much as this, one packet of telephony."""
_MOST_SILENCE = 5.0
"""Seconds of silence after which nobody looks for a sound any more."""


class _Quiet(NamedTuple):
    """How silence looks in an encoding: below 1/128 of full scale, which is -42 dB."""

    width: int
    """Bytes of a sample. Of a wider one the last byte tells how loud it is, and of a float nothing does."""
    bytes: bytes


def _is_quiet_mulaw(code: int) -> bool:
    code = ~code & 0xFF
    return (((code & 0x0F) << 3) + 0x84 << (code >> 4 & 0x07)) - 0x84 < 256


def _is_quiet_alaw(code: int) -> bool:
    code ^= 0x55
    exponent, mantissa = code >> 4 & 0x07, code & 0x0F
    return exponent == 0 and (mantissa << 4) + 8 < 256


_LINEAR = b"\x00\xff"
_MULAW = _Quiet(1, bytes(code for code in range(256) if _is_quiet_mulaw(code)))
_ALAW = _Quiet(1, bytes(code for code in range(256) if _is_quiet_alaw(code)))
_SILENCE = {
    **dict.fromkeys(("linear16", "pcm", "s16le", "pcm_s16le"), _Quiet(2, _LINEAR)),
    **dict.fromkeys(("linear32", "pcm_s32le"), _Quiet(4, _LINEAR)),
    **dict.fromkeys(("mulaw", "ulaw", "pcm_mulaw"), _MULAW),
    **dict.fromkeys(("alaw", "pcm_alaw"), _ALAW),
}


class Playout:
    """The playing of one synthesis. Where nothing can have happened nothing is reckoned: see `until`."""

    __slots__ = (
        "_begins",
        "_begins_at",
        "_ns_per_byte",
        "_quiet",
        "_rest",
        "_seen",
        "audible_ns",
        "dry_ns",
        "underruns",
        "until",
    )

    def __init__(self, encoding: str, bytes_per_second: int, header_bytes: int = 0) -> None:
        self.until = 0
        """Until this moment it plays for sure, and no sound is looked for: what arrives before it is only counted."""
        self.underruns = 0
        """How often there was nothing to play."""
        self.dry_ns = 0
        """For how long together."""
        self.audible_ns: int | None = None
        """When its first sound is heard."""
        self._begins: int | None = None
        """Since when it plays without a gap, and behind how many bytes."""
        self._begins_at = 0
        self._ns_per_byte = 1e9 / bytes_per_second
        self._quiet = _SILENCE.get(encoding)
        self._rest = header_bytes
        self._seen = 0

    def arrived(self, now: int, before: int, sound: bytes | memoryview) -> None:
        """After `until`, a piece has come, behind so many bytes."""
        if not len(sound):
            return
        end = self._end(before)
        if end is None or now > end:
            if end is not None and now - end > _PATIENCE_NS:
                self.underruns += 1
                self.dry_ns += now - end
            self._begins, self._begins_at = now, before
            end = now
        if self._quiet is not None:
            self._listen(sound, end, self._quiet)
        if self._quiet is None:
            self.until = self._end(before + len(sound)) or 0

    def settle(self, record: TextToSpeech) -> None:
        """Say what became of it; nothing when nothing arrived."""
        if self._begins is not None:
            record.underruns, record.dry_seconds, record.audible_ns = self.underruns, self.dry_ns / 1e9, self.audible_ns

    def _end(self, size: int) -> int | None:
        """When so many bytes will have been played."""
        return None if self._begins is None else self._begins + int((size - self._begins_at) * self._ns_per_byte)

    def _listen(self, sound: bytes | memoryview, begins: int, quiet: _Quiet) -> None:
        """Look for the first sound in what is played from a moment on."""
        header = min(self._rest, len(sound))
        self._rest -= header
        loudness = bytes(sound[header + (quiet.width - 1 - self._seen) % quiet.width :: quiet.width])
        silent = len(loudness) - len(loudness.lstrip(quiet.bytes))
        self._seen += len(sound) - header
        if silent < len(loudness):
            self.audible_ns = begins + int(silent * quiet.width * self._ns_per_byte)
            self._quiet = None
        elif self._seen * self._ns_per_byte > _MOST_SILENCE * 1e9:
            self._quiet = None


def playout(record: TextToSpeech, header_bytes: int = 0) -> Playout | None:
    """The playing of a synthesis; None for an encoding whose bytes do not say how long they last."""
    rate = audio.byte_rate(record.audio_format, record.sample_rate, record.channels)
    if rate is None or record.audio_format is None:
        return None
    return Playout(record.audio_format.lower(), rate, header_bytes)
