"""One answer of a model that speaks itself."""

from __future__ import annotations

from otel_voice.capture.operation import Running, Sink
from otel_voice.observation import clock
from otel_voice.observation.audio import duration
from otel_voice.observation.records import RealtimeResponse, ToolRequest


class Answer:
    """One answer of the model."""

    GRACE_NS = 1_000_000_000

    def __init__(self, record: RealtimeResponse, sink: Sink) -> None:
        self.record = record
        self.items: set[str] = set()
        """The provider's ids of what it consists of."""
        self.tools: list[ToolRequest] = []
        self.is_cut = False
        self._texts: list[str] | None = [] if sink.wants_content else None
        self._done_ns: int | None = None
        self._running = Running(record, sink)

    def sound(self, size: int) -> None:
        """Some of it came as sound. This is the hot path."""
        record = self.record
        record.audio_bytes += size
        record.last_chunk_ns = now = clock.now()
        if not record.audible:
            record.audible = True
            self._first(now)

    def played(self) -> None:
        """It is heard over another way than this connection."""
        if not self.record.audible:
            self.record.audible = True
            self._first(clock.now())

    def word(self, text: str) -> None:
        """Some of it came as text."""
        self.record.last_chunk_ns = now = clock.now()
        if self.record.first_chunk_ns is None:
            self._first(now)
        self.spoken(text)

    def spoken(self, text: str) -> None:
        """The words of some of its sound."""
        if self._texts is not None:
            self._texts.append(text)

    def heard(self, seconds: float, by: str | None = None) -> None:
        """So much of it was heard when it was cut short."""
        self.record.heard_seconds = seconds
        self.cut(by)

    def cut(self, by: str | None) -> None:
        """It was cut short, by somebody or something."""
        self.is_cut = True
        self.record.interrupted_by = self.record.interrupted_by or by

    def corrected(self, text: str) -> None:
        """Of its words only these were spoken."""
        if self._texts is not None:
            self._texts = [text]

    def done(self, at: int | None = None) -> None:
        """All of it has come, now or at a moment that has passed."""
        self._done_ns = self._done_ns or at or clock.now()

    @property
    def is_done(self) -> bool:
        """Whether all of it has come."""
        return self._done_ns is not None

    def is_awaited(self, now: int) -> bool:
        """Whether it may still be told how much of it was heard: while it plays, or just after it was cut short."""
        if self.record.heard_seconds is not None:
            return False
        just_cut = self.is_cut and self.record.audible and now < (self._done_ns or now) + self.GRACE_NS
        return just_cut or self.is_playing(now)

    def is_playing(self, now: int) -> bool:
        """Whether some of its sound is still to be heard, if it is played as it comes."""
        seconds = self._seconds()
        first = self.record.first_chunk_ns
        return seconds is not None and first is not None and now < first + int(seconds * 1e9)

    def end(self) -> None:
        """It is over: it ended when all of it had come, or ends now."""
        self._settle()
        if self.is_cut:
            self._running.interrupt(self._done_ns)
        else:
            self._running.complete(self._done_ns)

    def fail(self, error: BaseException | None, error_type: str | None) -> None:
        """The service gave up on it, or is gone."""
        self.record.error_type = error_type
        self._settle()
        if error is None:
            self._running.complete(self._done_ns)
        else:
            self._running.fail(error)

    def _first(self, now: int) -> None:
        self._running.first_chunk(now)

    def _seconds(self) -> float | None:
        record = self.record
        if not record.audio_bytes:
            return None
        return duration(record.audio_bytes, record.audio_format, record.sample_rate, record.channels)

    def _settle(self) -> None:
        record = self.record
        record.audio_seconds = self._seconds()
        record.tool_calls = self.tools
        if self._texts:
            record.output_content = [{"role": "assistant", "content": "".join(self._texts)}]
