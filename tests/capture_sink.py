"""A sink that keeps what capture tells it, so that a test can say how many operations began and how each ended."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import Any, TypeVar

from otel_voice.observation.records import Operation, Outcome

R = TypeVar("R", bound=Operation)

current: ContextVar[Operation | None] = ContextVar("current", default=None)
"""The operation that the program is inside of, as a span would be current."""


class Conversation:
    """The handle of one speech-to-text stream, as opaque to capture as the real one."""


class RecordingSink:
    """Implements `capture.operation.Sink`. `records` are the finished ones, in the order in which they ended."""

    def __init__(self, wants_content: bool = False) -> None:
        self.wants_content = wants_content
        self.on = True
        self.started: list[Operation] = []
        self.records: list[Operation] = []
        self.errors: list[BaseException | None] = []
        """The error of each finished record; the record itself forgets it when it ends."""
        self.first_chunks: list[Operation] = []
        self.entered = 0
        self.left = 0
        self.told = 0
        self.opened: list[Conversation] = []
        self.closed: list[Conversation] = []
        self.held: list[Conversation] = []

    def enabled(self) -> bool:
        return self.on

    def inside(self) -> bool:
        return False

    def start(self, record: Operation) -> Operation:
        self.started.append(record)
        return record

    def enter(self, handle: Operation) -> Token[Operation | None]:
        self.entered += 1
        return current.set(handle)

    def leave(self, token: Token[Operation | None]) -> None:
        self.left += 1
        current.reset(token)

    def told_here(self, telling: Any = None) -> None:
        self.told += 1

    def first_chunk(self, handle: Operation, record: Operation) -> None:
        self.first_chunks.append(record)

    def finish(self, handle: Operation, record: Operation) -> None:
        assert handle is record, "an operation was finished with the handle of another"
        self.records.append(record)
        self.errors.append(record.error)

    def session_opened(self) -> Conversation:
        self.opened.append(Conversation())
        return self.opened[-1]

    def held_here(self, conversation: Any) -> None:
        self.held.append(conversation)

    def session_closed(self, conversation: Any) -> None:
        self.closed.append(conversation)

    @property
    def outcomes(self) -> list[Outcome | None]:
        """How the finished records ended."""
        return [record.outcome for record in self.records]

    def only(self, kind: type[R]) -> R:
        """The one record there is; every operation that began must have ended by now."""
        assert len(self.started) == len(self.records) == 1, (
            f"{len(self.started)} operations began and {len(self.records)} ended, expected one of each: "
            f"{[type(record).__name__ for record in self.started]}"
        )
        record = self.records[0]
        assert isinstance(record, kind)
        return record

    def clear(self) -> None:
        """Forget everything, between two measurements of one test."""
        for kept in (self.started, self.records, self.errors, self.first_chunks, self.opened, self.closed, self.held):
            kept.clear()
        self.entered = self.left = self.told = 0
