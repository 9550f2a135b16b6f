"""A block with a span around it: what timer, traced, integration and tool have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Generic, TypeVar

from otel_voice.block import Block
from otel_voice.capture.guard import guarded
from otel_voice.events import outcome, values
from otel_voice.observation import clock
from otel_voice.runtime import runtime
from otel_voice.telemetry import names
from otel_voice.telemetry.current import Current
from otel_voice.telemetry.program import INTERNAL, Kind, Program, current_trace

R = TypeVar("R", bound="Run")


class Run:
    """One time through a block: its span is current from begin() to end()."""

    kind: Kind = INTERNAL
    component: str | None = None
    """The part of the program that runs inside."""

    def __init__(self, span: str, attributes: dict[str, Any]) -> None:
        self.attributes = attributes
        self._name = span
        self._current: Current | None = None
        self._started_ns = clock.now()
        self._ended_ns: int | None = None

    @property
    def seconds(self) -> float:
        """How long it took; until now, while it runs."""
        return ((self._ended_ns or clock.now()) - self._started_ns) / 1e9

    @property
    def is_here(self) -> bool:
        """Whether its span is current."""
        return self._current is not None and self._current.is_here

    def begin(self) -> None:
        """Start the span and make it current."""
        conversation = runtime().conversations.find(current_trace())
        span = runtime().program().start(self._name, self.kind, self.attributes, conversation)
        self._current = Current(span, self.component)
        self._started_ns = clock.now()
        self.began()

    def end(self, error: BaseException | None) -> None:
        """End the span, and say how it went."""
        self._ended_ns = clock.now()
        if self._current is None:
            return
        try:
            self._describe(error)
            self.ended(error)
        finally:
            self._current.leave()
            self._current.span.end()

    def fail(self, error_type: str, description: str) -> None:
        """The span is one of a failure."""
        if self._current is not None:
            Program.fail(self._current.span, error_type, description)

    def began(self) -> None:
        """Say that it began."""

    @abstractmethod
    def ended(self, error: BaseException | None) -> None:
        """Say how it ended; the span is still current."""

    def _describe(self, error: BaseException | None) -> None:
        if self._current is None or error is None:
            return
        if outcome.of(error) == outcome.CANCELLED:
            self._current.span.set_attribute(names.VOICE_INTERRUPTED, True)
        else:
            self.fail(values.error_type(error), values.text(error))


class Spanning(Block, Generic[R]):
    """A block that can be entered many times, also at once in several tasks and threads."""

    def __init__(self) -> None:
        self._runs: list[R] = []

    def __enter__(self) -> R:
        return self._enter()

    async def __aenter__(self) -> R:
        return self._enter()

    @abstractmethod
    def _run(self) -> R:
        """One time through."""

    def _enter(self) -> R:
        run = self._run()
        self._runs.append(run)
        guarded(run.begin)
        return run

    def _exit(self, error: BaseException | None) -> None:
        guarded(self._leave, error)

    def _leave(self, error: BaseException | None) -> None:
        run = self._mine()
        self._runs.remove(run)
        run.end(error)

    def _mine(self) -> R:
        """The one that is current here; where another context was left behind, the last that was entered."""
        return next((run for run in self._runs if run.is_here), self._runs[-1])
