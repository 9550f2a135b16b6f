"""How audio would be played as it comes: its first sound, and where it would run dry."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from otel_voice.observation.audio import decoded_size
from otel_voice.observation.playout import Playout, playout
from otel_voice.observation.records import TextToSpeech

RATE = 8000
MS = 1_000_000
TONE = struct.pack("<h", 8000)
SILENCE = struct.pack("<h", -200)
SILENT_MULAW, LOUD_MULAW = b"\xff", b"\x10"
SILENT_ALAW, LOUD_ALAW = b"\xd5", b"\x2a"


class Player:
    """A playout, and how many bytes have come."""

    def __init__(self, encoding: str, rate: int, header_bytes: int = 0) -> None:
        self.playout = Playout(encoding, rate, header_bytes)
        self.size = 0

    def hear(self, now: int, sound: bytes) -> None:
        """A piece arrives."""
        if now > self.playout.until:
            self.playout.arrived(now, self.size, sound)
        self.size += len(sound)


def linear() -> Player:
    return Player("linear16", 2 * RATE)


def milliseconds(count: int, sample: bytes = TONE) -> bytes:
    return sample * (count * RATE // 1000)


def test_the_first_sound_is_behind_the_silence() -> None:
    """What the caller waits for is the first sample that is no silence, played as it comes."""
    playing = linear()
    playing.hear(1000 * MS, milliseconds(30, SILENCE) + milliseconds(20))
    assert playing.playout.audible_ns == 1030 * MS


def test_silence_may_last_for_many_pieces() -> None:
    """Pieces may end anywhere, also within a sample, and the next may come before the last has been played."""
    playing = linear()
    sound = milliseconds(100, SILENCE) + milliseconds(20)
    for at in range(0, len(sound), 33):
        playing.hear(1000 * MS + at, sound[at : at + 33])
    assert playing.playout.audible_ns is not None
    assert abs(playing.playout.audible_ns - 1100 * MS) <= MS


@pytest.mark.parametrize(
    ("encoding", "silent", "loud"),
    [("mulaw", SILENT_MULAW, LOUD_MULAW), ("alaw", SILENT_ALAW, LOUD_ALAW)],
)
def test_the_encodings_of_telephony(encoding: str, silent: bytes, loud: bytes) -> None:
    """Silence of telephony is heard as silence."""
    playing = Player(encoding, RATE)
    playing.hear(MS, silent * 80 + loud * 80)
    assert playing.playout.audible_ns == 11 * MS


def test_a_header_is_no_sound() -> None:
    """The header of a WAV file is not heard, wherever the first piece ends."""
    playing = Player("linear16", 2 * RATE, header_bytes=44)
    playing.hear(MS, b"RIFF" + bytes(range(1, 37)))
    playing.hear(MS, b"\x11\x12\x13\x14" + milliseconds(10, SILENCE) + milliseconds(1))
    assert playing.playout.audible_ns is not None
    assert 11 * MS <= playing.playout.audible_ns <= 14 * MS


def test_nobody_listens_to_silence_for_ever() -> None:
    """An answer that is silent has no first sound, and is not searched for one to its end."""
    playing = linear()
    playing.hear(MS, milliseconds(5001, SILENCE))
    assert playing.playout.audible_ns is None
    assert playing.playout.until == 5002 * MS


def test_what_comes_in_time_is_no_underrun() -> None:
    """Audio that comes ahead of its playing, or a few milliseconds late, is played without a gap."""
    playing = linear()
    for at in (1, 50, 110, 215):
        playing.hear(at * MS, milliseconds(100))
    playing.hear(416 * MS, milliseconds(100))
    assert (playing.playout.underruns, playing.playout.dry_ns) == (0, 0)


def test_each_wait_is_an_underrun() -> None:
    """Where the next piece comes after the last was played, the caller hears a gap."""
    playing = linear()
    for at in (1000, 1200, 1350):
        playing.hear(at * MS, milliseconds(100))
    assert (playing.playout.underruns, playing.playout.dry_ns) == (2, 150 * MS)


def test_nothing_is_told_of_what_did_not_come() -> None:
    """Without audio there is neither an underrun nor their absence."""
    record = TextToSpeech("any")
    playing = linear()
    playing.hear(MS, b"")
    playing.playout.settle(record)
    assert (record.underruns, record.dry_seconds, record.audible_ns) == (None, None, None)


@pytest.mark.parametrize("encoding", ["mp3", "opus", None])
def test_compressed_audio_is_not_played(encoding: str | None) -> None:
    """Bytes that do not say how long they last say nothing of a player."""
    record = TextToSpeech("any")
    record.audio_format, record.sample_rate = encoding, RATE
    assert playout(record) is None


@given(some.lists(some.tuples(some.integers(0, 10**10), some.binary(max_size=400)), max_size=30))
def test_whatever_comes_it_makes_sense(pieces: list[tuple[int, bytes]]) -> None:
    """Out of order, empty, torn: no error, and no gap is longer than the time that has passed."""
    playing = linear()
    for at, sound in pieces:
        playing.hear(at, sound)
    latest = max((at for at, _ in pieces), default=0)
    assert 0 <= playing.playout.dry_ns <= latest
    assert playing.playout.underruns <= len(pieces)


@pytest.mark.parametrize("size", range(5))
def test_base64_sizes(size: int) -> None:
    """The size of base64 text is exact for every padding."""
    encoded = base64.b64encode(bytes(size))
    assert decoded_size(encoded) == decoded_size(encoded.decode()) == size
    assert decoded_size(None) == 0
