"""Operations as horizontal bars on the time axis of their turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from otel_voice.local.records import Kind, Operation, Turn


@dataclass(frozen=True)
class Glyphs:
    """The letters that bars and rules are drawn with."""

    work: str
    wait: str
    left: str
    line: str
    right: str
    rule: str
    mark: str
    dot: str


UNICODE: Final = Glyphs(work="█", wait="░", left="├", line="─", right="┤", rule="─", mark="▶", dot=" · ")
ASCII: Final = Glyphs(work="#", wait=".", left="|", line="-", right="|", rule="-", mark=">", dot=", ")


def glyphs_for(encoding: str | None) -> Glyphs:
    """Block letters where the encoding has them, else ASCII."""
    try:
        "".join(vars(UNICODE).values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


@dataclass(frozen=True)
class Axis:
    """Maps moments in Unix nanoseconds to columns 0..width."""

    start_ns: int
    end_ns: int
    width: int

    def column(self, moment_ns: int) -> int:
        """The column of a moment, held within the axis."""
        span = max(1, self.end_ns - self.start_ns)
        return min(self.width, max(0, round((moment_ns - self.start_ns) * self.width / span)))


def axis_of(turn: Turn, width: int) -> Axis:
    """An axis over the turn and all of its operations."""
    starts = [operation.start_ns for operation in turn.operations] + [turn.start_ns]
    ends = [operation.end_ns for operation in turn.operations] + [turn.end_ns]
    return Axis(min(starts), max(ends), width)


@dataclass(frozen=True)
class Bar:
    """A bar of `before` blanks, `first` and `second` columns, and blanks up to the width of the axis."""

    before: int
    first: int
    second: int
    after: int


def bar(operation: Operation, axis: Axis) -> Bar:
    """The bar of an operation, at least one column long, split at the moment between waiting and working."""
    start = min(axis.column(operation.start_ns), axis.width - 1)
    end = max(start + 1, axis.column(operation.end_ns))
    split = min(end, max(start, axis.column(_split_ns(operation))))
    return Bar(start, split - start, end - split, axis.width - end)


def waits_first(operation: Operation) -> bool:
    """Transcription works and then waits for the final transcript; everything else waits and then works."""
    return operation.kind is not Kind.SPEECH_TO_TEXT


def silence(turn: Turn, axis: Axis) -> Bar | None:
    """The silence the user heard, drawn back from the first audio; None when either end is not known."""
    spoken = [
        operation.first_ns
        for operation in turn.operations
        if operation.kind is Kind.TEXT_TO_SPEECH and operation.first_ns is not None
    ]
    if turn.latency_s is None or not spoken:
        return None
    until = min(spoken)
    start = min(axis.column(until - int(turn.latency_s * 1e9)), axis.width - 1)
    end = max(start + 1, axis.column(until))
    return Bar(start, end - start, 0, axis.width - end)


def _split_ns(operation: Operation) -> int:
    if operation.kind is Kind.SPEECH_TO_TEXT:
        return operation.end_ns - int((operation.tail_s or 0) * 1e9)
    return operation.start_ns if operation.first_ns is None else operation.first_ns
