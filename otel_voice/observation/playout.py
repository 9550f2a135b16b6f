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
    """The playing of one synthesis."""

    __slots__ = ("_begins", "_ns_per_byte", "_quiet", "_rest", "_seen", "_until", "audible_ns", "dry_ns", "underruns")

    def __init__(self, encoding: str, bytes_per_second: int, header_bytes: int = 0) -> None:
        self.underruns = 0
        """How often there was nothing to play."""
        self.dry_ns = 0
        """For how long together."""
        self.audible_ns: int | None = None
        """When its first sound is heard."""
        self._ns_per_byte = 1e9 / bytes_per_second
        self._until = 0.0
        self._begins = 0.0
        self._rest = header_bytes
        self._quiet = _SILENCE.get(encoding)
        self._seen = 0

    def arrived(self, now: int, size: int) -> bool:
        """So much more has come. True as long as the sound itself is wanted, too. This is the hot path."""
        if not size:
            return False
        until = self._until
        if now > until:
            if until and now - until > _PATIENCE_NS:
                self.underruns += 1
                self.dry_ns += int(now - until)
            until = now
        self._begins = until
        self._until = until + size * self._ns_per_byte
        return self._quiet is not None

    def listen(self, sound: bytes | memoryview) -> None:
        """What has just arrived: look in it for the first sound."""
        quiet = self._quiet
        if quiet is None:
            return
        header = min(self._rest, len(sound))
        self._rest -= header
        loudness = bytes(sound[header + (quiet.width - 1 - self._seen) % quiet.width :: quiet.width])
        silent = len(loudness) - len(loudness.lstrip(quiet.bytes))
        self._seen += len(sound) - header
        if silent < len(loudness):
            self.audible_ns = int(self._begins + silent * quiet.width * self._ns_per_byte)
            self._quiet = None
        elif self._seen * self._ns_per_byte > _MOST_SILENCE * 1e9:
            self._quiet = None

    def settle(self, record: TextToSpeech) -> None:
        """Say what became of it; nothing when nothing arrived."""
        if self._until:
            record.underruns = self.underruns
            record.dry_seconds = self.dry_ns / 1e9
            record.audible_ns = self.audible_ns


def playout(record: TextToSpeech, header_bytes: int = 0) -> Playout | None:
    """The playing of a synthesis; None for an encoding whose bytes do not say how long they last."""
    rate = audio.byte_rate(record.audio_format, record.sample_rate, record.channels)
    if rate is None or record.audio_format is None:
        return None
    return Playout(record.audio_format.lower(), rate, header_bytes)
