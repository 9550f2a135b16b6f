"""Helpers for the tests of conversations: a clock that stands still until told, and a listener that remembers."""

from __future__ import annotations

from typing import Any

from otel_voice.conversations.model import Conversation, Turn
from otel_voice.conversations.states import Transition
from otel_voice.observation.records import Inference, Operation, Outcome, SpeechToText, TextToSpeech

SECOND = 1_000_000_000


class Clock:
    """Monotonic and wall time in step, in seconds from zero; wall time begins in 2026."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> int:
        return int(self.seconds * SECOND)

    def unix(self) -> int:
        return 1_780_000_000 * SECOND + self.now()

    def at(self, seconds: float) -> None:
        self.seconds = seconds


class Remembering:
    """A listener that keeps what it was told, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def conversation_opened(self, conversation: Conversation) -> None:
        self.told.append(("opened", conversation))

    def conversation_closed(self, conversation: Conversation) -> None:
        self.told.append(("closed", conversation))

    def turn_started(self, turn: Turn) -> None:
        self.told.append(("turn started", turn))

    def turn_answered(self, turn: Turn) -> None:
        self.told.append(("turn answered", turn))

    def turn_ended(self, turn: Turn) -> None:
        self.told.append(("turn ended", turn))

    def state_changed(self, conversation: Conversation, transition: Transition) -> None:
        self.told.append(("state", transition))

    def fell_back(self, conversation: Conversation, reason: str) -> None:
        self.told.append(("fallback", reason))

    def retried(self, conversation: Conversation, reason: str) -> None:
        self.told.append(("retry", reason))

    def names(self) -> list[str]:
        return [name for name, _ in self.told]

    def last(self, name: str) -> Any:
        return [thing for told, thing in self.told if told == name][-1]


class Call:
    """Plays operations into conversations at given seconds."""

    def __init__(self, conversations: Any, clock: Clock) -> None:
        self.conversations = conversations
        self.clock = clock
        self.stream = conversations.session_opened()

    def begins(self, kind: type[Operation], at: float) -> Any:
        self.clock.at(at)
        record = kind("provider")
        if kind is SpeechToText:
            record.conversation = self.stream
        return record, self.conversations.begin(record)

    def ends(self, begun: Any, at: float, outcome: Outcome = Outcome.COMPLETED, **facts: Any) -> Any:
        record, place = begun
        self.clock.at(at)
        for name, value in facts.items():
            setattr(record, name, value)
        record.ended_ns = self.clock.now()
        record.outcome = outcome
        self.conversations.end(place, record)
        return place

    def marks(self, mark: Any, at: float, *told: Any) -> None:
        """The program tells something that happened at that moment."""
        self.clock.at(at)
        self.conversations.mark(self.stream, mark, *told, self.clock.now())

    def hangs_up(self, at: float) -> None:
        """The call is over."""
        self.clock.at(at)
        self.stream.touch(self.clock.now())
        self.conversations.close(self.stream)

    def speaks(self, start: float, stop: float, final: float) -> Any:
        """The user says something."""
        ended = int(stop * SECOND)
        begun = self.begins(SpeechToText, start)
        begun[0].streamed = True
        return self.ends(begun, final, speech_ended_ns=ended, speech_end_source="word_offsets")

    def thinks(self, start: float, stop: float) -> Any:
        """The model answers."""
        return self.ends(self.begins(Inference, start), stop)

    def answers(self, start: float, first: float, stop: float, audio: float | None = None, **ends: Any) -> Any:
        """The agent speaks: first audio, last byte, seconds of audio."""
        begun = self.begins(TextToSpeech, start)
        record, place = begun
        record.first_chunk_ns = int(first * SECOND)
        self.conversations.first_chunk(place, record)
        return self.ends(begun, stop, audio_seconds=audio, **ends)
