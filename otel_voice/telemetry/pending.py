"""Operations whose metrics are still to be recorded: two thirds of what a call costs, so the call does not wait.

The SDK asks observable instruments before it collects. One of ours gives nothing and records what is pending, so that
whoever collects, and whenever, finds every operation that has ended. There is no thread, and nothing is late.
"""

from __future__ import annotations

import itertools
import os
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, Meter, Observation

Told = TypeVar("Told")

# Never exported, for it observes nothing. A meter keeps the first of two instruments with one name.
_numbers = itertools.count()


class Pending(Generic[Told]):
    """A bounded queue of what happened: operations that ended, turns that were answered."""

    LIMIT = 512
    """Beyond it the call records what is pending itself: nobody collects, or too much happens."""

    def __init__(
        self,
        meter: Meter,
        record: Callable[[Told, Context], None],
        together: Callable[[Sequence[tuple[Told, Context]]], None] | None = None,
    ) -> None:
        """`record` is called with each, `together` with all that were pending, once they were."""
        self._record = record
        self._together = together
        self._queue: deque[tuple[Told, Context]] = deque()
        meter.create_observable_gauge(f"otel_voice.pending.{next(_numbers)}", [self._collecting])
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_forgetting(weakref.ref(self)))

    def put(self, record: Told, context: Context) -> None:
        """Add one."""
        self._queue.append((record, context))
        if len(self._queue) > self.LIMIT:
            self.settle()

    def settle(self) -> None:
        """Record what is pending."""
        settled = []
        while self._queue:
            try:
                told = self._queue.popleft()
            except IndexError:
                break  # another thread settles too
            self._record(*told)
            settled.append(told)
        if self._together is not None and settled:
            self._together(settled)

    def forget(self) -> None:
        """In a forked child: what is pending is recorded by the parent."""
        self._queue.clear()

    def _collecting(self, options: CallbackOptions) -> Iterable[Observation]:
        self.settle()
        return ()


def _forgetting(pending: weakref.ref[Pending[Any]]) -> Callable[[], None]:
    def forget() -> None:
        alive = pending()
        if alive is not None:
            alive.forget()

    return forget
