"""A recogniser that runs in this process: the audio it was given, and the utterance that is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.capture.operation import Sink, collected, settle
from otel_voice.observation import clock
from otel_voice.observation.audio import AudioClock
from otel_voice.observation.records import SpeechToText
from otel_voice.providers.utterance import Heard, Utterance

MARK = "_otel_voice"
"""Where an object of an engine keeps what listens to it."""


class LocalUtterance(Utterance):
    """An utterance of which the program may end the hearing and never ask what was heard."""

    def unread(self) -> None:
        """Nobody asked: it was whole when the recogniser had finished."""
        self._gather()
        self._running.complete(self._record.endpoint_ns)


class Hearing:
    """Hears one stream of audio. It is kept by the object of the engine that recognises it.

    `new_record` gives a record with what is known of the engine; its start is now.
    """

    def __init__(self, sink: Sink, new_record: Callable[[], SpeechToText], byte_rate: int | None) -> None:
        self.sink = sink
        self.audio = AudioClock(byte_rate)
        self.ended = False
        """The recogniser has all of the utterance; what it makes of it was not read yet."""
        self._new_record = new_record
        self._conversation: Any = None
        self._utterance: LocalUtterance | None = None
        self._began_at = 0.0

    @property
    def open(self) -> bool:
        """Whether an utterance is being heard."""
        return self._utterance is not None

    def given(self, data: Any) -> None:
        """The engine is given a piece of audio. This is the hot path."""
        try:
            self.audio.add(len(data))
        except TypeError:  # what is no audio, the engine itself refuses
            return

    def begin(self, offset: float | None = None) -> None:
        """An utterance begins, where in the audio is not always known."""
        settle()
        self.leave()
        if self._conversation is None:
            self._conversation = self.sink.session_opened()
        self.sink.held_here(self._conversation)
        record = self._new_record()
        record.conversation = self._conversation
        record.streamed = True
        self._began_at = (self.audio.seconds or 0.0) if offset is None else offset
        self._utterance = LocalUtterance(record, self.sink, self.audio, offset)

    def partial(self, text: str) -> None:
        """What is heard so far, which may still change."""
        if self._utterance is not None and text:
            self._utterance.partial(Heard(text, (), None, None, None), clock.now())

    def endpoint(self) -> None:
        """The recogniser has all of the utterance."""
        if self._utterance is not None:
            self.ended = True
            self._utterance.endpoint(clock.now())

    def final(self, heard: Heard) -> None:
        """The program has what was heard."""
        utterance, self._utterance = self._utterance, None
        self.ended = False
        if utterance is None:
            return
        now = clock.now()
        if heard.transcript:
            utterance.segment(heard._replace(duration=self._length()), now)
        utterance.finish(now)

    def fail(self, error: BaseException) -> None:
        """The engine failed in the middle of an utterance."""
        utterance, self._utterance = self._utterance, None
        if utterance is not None:
            utterance.fail(error, None)

    def leave(self) -> None:
        """The program wants no more of the open utterance."""
        utterance, self._utterance = self._utterance, None
        ended, self.ended = self.ended, False
        if utterance is not None:
            utterance.unread() if ended else utterance.leave()

    def hang_up(self) -> None:
        """The recogniser is gone, and may have been collected at any moment."""
        collected(self.sink, partial(guarded, self._hung_up))

    def _hung_up(self) -> None:
        self.leave()
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            self.sink.session_closed(conversation)

    def _length(self) -> float | None:
        """Seconds of audio since the utterance began."""
        seconds = self.audio.seconds
        return None if seconds is None else max(seconds - self._began_at, 0.0)


class Held(Hearing):
    """Hears until the object that keeps it is collected."""

    def __del__(self) -> None:
        guarded(self.hang_up)
