"""One running operation: it is current while the program is inside it, and it ends exactly once."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from otel_voice.capture.guard import guarded
from otel_voice.observation import clock
from otel_voice.observation.records import Operation, Outcome

if TYPE_CHECKING:
    from otel_voice.capture.observer import Observer

_NOT_THE_PROVIDERS = (GeneratorExit, asyncio.CancelledError, KeyboardInterrupt, SystemExit)


class Sink(Protocol):
    """Where operations go. Capture receives it as an argument, so it never imports telemetry."""

    wants_content: bool
    """Whether anybody asked for what people said."""

    calls: Any
    """The open conversations, for a framework that knows where one begins: `telemetry.calls.Calls`."""

    def enabled(self) -> bool:
        """False while instrumentation is suppressed or switched off."""

    def inside(self) -> bool:
        """Whether this thread is in the middle of telling something, and may hold a lock of telemetry."""

    def start(self, record: Operation) -> Any:
        """Note that an operation began; returns the sink's own handle of it."""

    def enter(self, handle: Any) -> Any:
        """Make the operation current; returns a token for `leave`."""

    def leave(self, token: Any) -> None:
        """Give back what was current before `enter`."""

    def told_here(self, telling: Any = None) -> None:
        """The SDK tells itself of the operation that is current: by `telling`, or by what it made current."""

    def first_chunk(self, handle: Any, record: Operation) -> None:
        """Note that the first chunk is in the caller's hands."""

    def finish(self, handle: Any, record: Operation) -> None:
        """Note that an operation ended."""

    def session_opened(self) -> Any:
        """A speech-to-text stream opened; returns the conversation its utterances belong to."""

    def held_here(self, conversation: Any) -> None:
        """The running task or thread reads this conversation's stream."""

    def session_closed(self, conversation: Any) -> None:
        """A speech-to-text stream closed."""


class Running:
    """An operation between its start and its one end.

    As a context manager it is current inside the block, and an exception that leaves the block ends it.
    """

    __slots__ = ("_handle", "_observer", "_open", "_sink", "_token", "asked", "closing", "readers", "record")

    def __init__(self, record: Operation, sink: Sink, observer: Observer | None = None, asked: Any = None) -> None:
        self.record = record
        self.asked = asked
        """The arguments of the call, until it returns: an error that it raises may quote them."""
        self.closing = False
        """It was closed while a read was under way: an error that follows is not the provider's."""
        self.readers: list[weakref.ref[Any]] = []
        """The followed iterators; weak, so that dropping the last of them is noticed."""
        self._sink = sink
        self._observer = observer
        self._open = [True]  # list.pop is atomic: two threads cannot both end it
        self._handle = guarded(sink.start, record)
        self._token: Any = None

    def __enter__(self) -> Running:
        self._token = guarded(self._sink.enter, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        guarded(self._sink.leave, self._token)
        if error is not None:
            self.stop(error)
        self.asked = None

    @property
    def ended(self) -> bool:
        """True once the operation has ended."""
        return not self._open

    def first_chunk(self, now: int) -> None:
        """Mark the first chunk. Called once, by the shape that hands it to the caller."""
        self.record.first_chunk_ns = now
        guarded(self._sink.first_chunk, self._handle, self.record)

    def complete(self, at: int | None = None) -> None:
        """It ran to its end, now or at a moment that has passed."""
        self._end(Outcome.COMPLETED, clock.now() if at is None else at)

    def interrupt(self, at: int | None = None) -> None:
        """The caller closed, cancelled or left it, now or at a moment that has passed."""
        self._leave(clock.now() if at is None else at)

    def abandon(self) -> None:
        """It was dropped and collected: it ended when it was last touched, not when the collector came by."""
        last = self.record.last_chunk_ns or self.record.first_chunk_ns
        self._leave(last or clock.now())

    def stop(self, error: BaseException) -> None:
        """An exception ended it: the provider's failure, or the caller's leaving."""
        if self.closing or isinstance(error, _NOT_THE_PROVIDERS):
            self.interrupt()
        else:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """The provider, or the way to it, failed."""
        if self._open:
            self.record.error, self.record.asked = error, self.asked
            if self._observer is not None:
                guarded(self._observer.failure, error)
        self._end(Outcome.FAILED, clock.now())
        self.record.asked = None

    def _leave(self, at: int) -> None:
        # The garbage collector may run anywhere, also where this thread holds a lock that ending would wait for.
        inside = guarded(self._sink.inside)
        if inside and self._open:
            _postponed.append(partial(self._end, Outcome.INTERRUPTED, at))
        else:
            self._end(Outcome.INTERRUPTED, at)

    def _end(self, outcome: Outcome, at: int) -> None:
        try:
            self._open.pop()
        except IndexError:
            return
        record = self.record
        record.outcome = outcome
        record.ended_ns = at
        if self._observer is not None:
            guarded(self._observer.end)
        if record.error_type is not None:
            record.outcome = Outcome.FAILED  # said in the provider's answer, for which its SDK raises nothing
        guarded(self._sink.finish, self._handle, record)
        record.error = None  # a kept exception would keep the program's frames alive


_postponed: deque[Callable[[], None]] = deque()


def settle() -> None:
    """End what was collected at a moment when it could not be told."""
    while _postponed:
        _postponed.popleft()()


def collected(sink: Sink, ending: Callable[[], None]) -> None:
    """End what was collected: now, or where this thread may hold a lock, with the next operation."""
    if guarded(sink.inside):
        _postponed.append(ending)
    else:
        ending()


class _Block:
    """A block that says something about an operation by how it is left."""

    __slots__ = ("_running",)

    def __init__(self, running: Running) -> None:
        self._running = running

    def __enter__(self) -> None:
        return None


class Ending(_Block):
    """Ends an operation by how a block is left: at its end, by the caller, or by an error."""

    __slots__ = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._running.complete()
        else:
            self._running.stop(error)


class Failing(_Block):
    """Ends an operation when an error leaves a block."""

    __slots__ = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._running.stop(error)


class Leaving(_Block):
    """Ends an operation when the caller leaves a block: whatever was not read by then is not wanted."""

    __slots__ = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.interrupt()


class Abandonment:
    """Ends an operation when everything that could still end it has been collected."""

    __slots__ = ("_running",)

    def __init__(self, running: Running) -> None:
        self._running = running

    def __del__(self) -> None:
        self._running.abandon()
