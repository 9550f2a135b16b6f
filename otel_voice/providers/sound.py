"""The sound of one synthesis while it arrives in pieces."""

from __future__ import annotations

import base64

from otel_voice.observation import clock
from otel_voice.observation.audio import decoded_size, duration
from otel_voice.observation.playout import playout
from otel_voice.observation.records import TextToSpeech


class Sound:
    """Counts the audio of a record, and follows how it would be played. Its format must be known by now."""

    __slots__ = ("_header_bytes", "_playout", "_record")

    def __init__(self, record: TextToSpeech, header_bytes: int = 0) -> None:
        self._record = record
        self._header_bytes = header_bytes
        self._playout = playout(record, header_bytes)

    def add(self, data: bytes) -> None:
        """A piece of it has arrived. This is the hot path."""
        record = self._record
        size = len(data)
        record.audio_bytes += size
        playing = self._playout
        if playing is not None and playing.arrived(record.last_chunk_ns or clock.now(), size):
            playing.listen(data)

    def add_encoded(self, text: str | bytes | None) -> None:
        """The same of a piece in base64, which is decoded only as long as it is silent."""
        size = decoded_size(text)
        record = self._record
        record.audio_bytes += size
        playing = self._playout
        if playing is not None and playing.arrived(record.last_chunk_ns or clock.now(), size):
            playing.listen(base64.b64decode(text or b""))

    def settle(self) -> None:
        """All of it that comes has come: say how long it is, and how it would have been played."""
        record = self._record
        size = record.audio_bytes - self._header_bytes
        if not record.audio_bytes or size <= 0:
            return
        record.audio_seconds = duration(size, record.audio_format, record.sample_rate, record.channels)
        if self._playout is not None and record.streamed:
            self._playout.settle(record)
