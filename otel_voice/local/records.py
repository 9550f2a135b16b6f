"""What a view shows: a conversation, its turns, their operations and log lines. Times are Unix nanoseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What an operation did; the value is the label a view gives it."""

    SPEECH_TO_TEXT = "STT"
    INFERENCE = "LLM"
    TOOL = "TOOL"
    AGENT = "RUN"
    TEXT_TO_SPEECH = "TTS"


@dataclass(frozen=True)
class Operation:
    """One provider call or tool call. `first_s` is from its start to the first chunk, `tail_s` from the end of
    speech to the final transcript; both are None where they are not known."""

    kind: Kind
    name: str
    provider: str
    start_ns: int
    end_ns: int
    first_s: float | None = None
    tail_s: float | None = None
    error: str | None = None
    interrupted: bool = False
    input_tokens: int | None = None
    output_tokens: int | None = None
    characters: int | None = None
    audio_s: float | None = None
    cost_usd: float | None = None
    text: str | None = None

    @property
    def duration_s(self) -> float:
        """Seconds from start to end."""
        return max(0, self.end_ns - self.start_ns) / 1e9

    @property
    def first_ns(self) -> int | None:
        """The moment of the first chunk."""
        return None if self.first_s is None else self.start_ns + int(self.first_s * 1e9)


@dataclass(frozen=True)
class LogLine:
    """One log record; `level` is in capitals, `event` is empty unless it is an OpenTelemetry event."""

    time_ns: int
    level: str
    text: str
    category: str = ""
    event: str = ""


@dataclass(frozen=True)
class Turn:
    """What the user said and what was answered. `ended` is False while the turn's own span has not come."""

    id: str
    index: int | None
    start_ns: int
    end_ns: int
    ended: bool
    initiator: str = ""
    latency_s: float | None = None
    stages_s: Mapping[str, float] = field(default_factory=dict)
    """What the latency was spent on, in seconds, in the order in which an answer is made."""
    interrupted: bool = False
    operations: tuple[Operation, ...] = ()
    logs: tuple[LogLine, ...] = ()

    @property
    def duration_s(self) -> float:
        """Seconds from start to end."""
        return max(0, self.end_ns - self.start_ns) / 1e9

    @property
    def errors(self) -> int:
        """Operations that failed."""
        return sum(operation.error is not None for operation in self.operations)


@dataclass(frozen=True)
class Conversation:
    """One call. `outcome` is empty while its root span has not come: it goes on, or the program crashed."""

    id: str
    service: str
    start_ns: int
    end_ns: int
    outcome: str = ""
    channel: str = ""
    direction: str = ""
    turns: tuple[Turn, ...] = ()
    operations: tuple[Operation, ...] = ()
    logs: tuple[LogLine, ...] = ()
    other_spans: int = 0
    unpriced: int = 0
    """Operations that cost something which is not known."""

    @property
    def cost_usd(self) -> float | None:
        """What its operations cost; None when nothing is known of it."""
        known = [operation.cost_usd for operation in self.all_operations() if operation.cost_usd is not None]
        return sum(known) if known else None

    @property
    def duration_s(self) -> float:
        """Seconds from the first moment to the last one heard of."""
        return max(0, self.end_ns - self.start_ns) / 1e9

    def all_operations(self) -> tuple[Operation, ...]:
        """Those of the turns, then those outside of any turn."""
        return tuple(operation for turn in self.turns for operation in turn.operations) + self.operations


@dataclass(frozen=True)
class Listed:
    """One line of `otel-voice list`."""

    id: str
    service: str
    start_ns: int
    end_ns: int
    turns: int
    ended: bool


@dataclass(frozen=True)
class Alone:
    """What came from a program and belongs to no conversation."""

    operations: tuple[Operation, ...] = field(default=())
    logs: tuple[LogLine, ...] = field(default=())
    other_spans: int = 0
