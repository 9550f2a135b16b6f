"""One synthesis of a streaming voice while its audio arrives."""

from __future__ import annotations

from otel_voice.capture.operation import Running, Sink
from otel_voice.observation import clock
from otel_voice.observation.audio import duration
from otel_voice.observation.playout import Playout, playout
from otel_voice.observation.records import TextToSpeech


class Synthesis:
    """One stretch of text, and the audio that was received for it."""

    __slots__ = ("_playout", "chunks", "last_ns", "record", "running", "size", "texts")

    def __init__(self, record: TextToSpeech, sink: Sink) -> None:
        self.record = record
        self.chunks = self.size = 0
        self.last_ns: int | None = None
        self._playout: Playout | None = None
        self.running = Running(record, sink)
        self.texts: list[str] = []

    def speak(self, text: str, wants_content: bool) -> None:
        """The program wants this said too."""
        self.record.characters = (self.record.characters or 0) + len(text)
        if wants_content:
            self.texts.append(text)

    def audio(self, size: int) -> bool:
        """So much of its audio has arrived. True where the sound itself is wanted, too. This is the hot path."""
        self.last_ns = now = clock.now()
        if not self.chunks:
            self._playout = playout(self.record)
            self.running.first_chunk(now)
        self.chunks += 1
        self.size += size
        return self._playout is not None and now > self._playout.until

    def listen(self, sound: bytes) -> None:
        """The audio that has just arrived."""
        if self._playout is not None and self.last_ns is not None:
            self._playout.arrived(self.last_ns, self.size - len(sound), sound)

    def complete(self) -> None:
        """All of it was received."""
        self._settle()
        self.running.complete()

    def interrupt(self) -> None:
        """The program does not want the rest of it."""
        self._settle()
        self.running.interrupt()

    def fail(self, error: BaseException, error_type: str | None, status_code: int | None = None) -> None:
        """The provider, or the way to it, failed in the middle of it."""
        self.record.error_type = error_type
        self.record.status_code = status_code
        self._settle()
        self.running.fail(error)

    def _settle(self) -> None:
        """It is about to end: say how long the audio was, and what was said."""
        record = self.record
        record.chunks, record.audio_bytes, record.last_chunk_ns = self.chunks, self.size, self.last_ns
        if record.audio_bytes:
            record.audio_seconds = duration(record.audio_bytes, record.audio_format, record.sample_rate)
        if self._playout is not None:
            self._playout.settle(record)
        if self.texts:
            record.text_content = "".join(self.texts)
