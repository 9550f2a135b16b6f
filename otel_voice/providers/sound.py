"""The sound of one synthesis while it arrives in pieces."""

from __future__ import annotations

import base64
import sys

from otel_voice.observation import clock
from otel_voice.observation.audio import decoded_size, duration
from otel_voice.observation.playout import playout
from otel_voice.observation.records import TextToSpeech

NEVER = sys.maxsize


class Sound:
    """Counts the audio of a record, and follows how it would be played. Its format must be known by now."""

    __slots__ = ("_header_bytes", "_playout", "_record", "_until")

    def __init__(self, record: TextToSpeech, header_bytes: int = 0) -> None:
        self._record = record
        self._header_bytes = header_bytes
        self._playout = playout(record, header_bytes) if record.streamed else None
        self._until = NEVER if self._playout is None else 0

    def add(self, data: bytes) -> None:
        """A piece of it has arrived. This is the hot path."""
        record = self._record
        record.audio_bytes += len(data)
        if (record.last_chunk_ns or 0) > self._until:
            self._play(data)

    def add_encoded(self, text: str | bytes | None) -> None:
        """The same of a piece in base64, which is decoded only where its sound is wanted."""
        record = self._record
        record.audio_bytes += decoded_size(text)
        if text and (record.last_chunk_ns or 0) > self._until:
            self._play(base64.b64decode(text))

    def settle(self) -> None:
        """All of it that comes has come: say how long it is, and how it would have been played."""
        record = self._record
        size = record.audio_bytes - self._header_bytes
        if not record.audio_bytes or size <= 0:
            return
        record.audio_seconds = duration(size, record.audio_format, record.sample_rate, record.channels)
        if self._playout is not None:
            self._playout.settle(record)

    def _play(self, sound: bytes) -> None:
        if self._playout is not None:
            before = self._record.audio_bytes - len(sound)
            self._playout.arrived(self._record.last_chunk_ns or clock.now(), before, sound)
            self._until = self._playout.until
