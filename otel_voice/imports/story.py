"""A conversation that is over, as a provider tells it: what a document is read into, and what is replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from otel_voice.conversations.model import ConversationOutcome
from otel_voice.observation.records import Operation, SpeechToText


@dataclass(frozen=True)
class Told:
    """One operation, ended, on the clock of 1970; `key` is the same whenever the same document is read."""

    key: str
    record: Operation


@dataclass(frozen=True)
class Exchange:
    """What becomes a turn: the user's utterances, if there are any, and then the answers with their tools."""

    operations: Sequence[Told]

    @property
    def initiator(self) -> str:
        """`user`, or `agent` where nobody had spoken."""
        return "user" if isinstance(self.operations[0].record, SpeechToText) else "agent"

    @property
    def started_ns(self) -> int:
        """When the first of its operations began."""
        return min(each.record.started_ns for each in self.operations)


@dataclass(frozen=True)
class Story:
    """A whole conversation. Nanoseconds since 1970."""

    id: str
    trace_id: int
    started_ns: int
    ended_ns: int
    exchanges: Sequence[Exchange]
    outcome: ConversationOutcome | None = None
    """None where it follows from what happened."""
    channel: str | None = None
    direction: str | None = None


def at(record: Operation, started_ns: int) -> None:
    """Put a record's start on the clock of 1970, on which all marks of a story are."""
    record.started_ns = record.started_unix_ns = started_ns
