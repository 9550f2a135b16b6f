"""What the process's calls and providers did lately, for those who ask about its health.

Told by the wiring at the end of each operation, turn and conversation, which may be inside a finalizer: nothing here
takes a lock. Standard library only, and small: it is loaded with the first call.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Protocol

KEPT = 50
"""Outcomes remembered for each provider."""
PROVIDERS = 64
"""Providers told apart; there are fewer of them than this."""


class EventLoopListener(Protocol):
    """Who tells of event loops over OpenTelemetry."""

    def event_loop_lagged(self, seconds: float) -> None:
        """A loop took this long to answer."""

    def event_loop_blocked(self, seconds: float, thread: str, stack: str | None, untold: int) -> None:
        """A loop did nothing else for this long; `untold` blocks before this one were not told."""


class Provider:
    """The outcomes of one provider's operations: `recent` holds (monotonic seconds, type of the error or None)."""

    def __init__(self) -> None:
        self.operations = 0
        self.failed = 0
        self.recent: deque[tuple[float, str | None]] = deque(maxlen=KEPT)

    def since(self, moment: float) -> list[str | None]:
        """The outcomes after this moment of time.monotonic(), the oldest first."""
        return [error for at, error in tuple(self.recent) if at >= moment]


class Activity:
    """One for the process. Counts are since its start."""

    def __init__(self) -> None:
        self.open_calls: Callable[[], int] = int
        """How many conversations are open now."""
        self.on_start: Callable[[], object] | None = None
        """Called where an operation starts, on the program's thread; must be quick and must not raise."""
        self.event_loops: EventLoopListener | None = None
        self.forget()

    def forget(self) -> None:
        """Begin anew: in a forked child the calls are the parent's."""
        self.providers: dict[str, Provider] = {}
        self.ended: Counter[str] = Counter()
        self.durations: deque[float] = deque(maxlen=200)
        self.turns = 0
        self.interrupted = 0
        self.latencies: deque[float] = deque(maxlen=200)

    def operation_started(self) -> None:
        """An operation starts here and now."""
        if self.on_start is not None:
            self.on_start()

    def operation_ended(self, provider: str, error: str | None) -> None:
        """An operation ended; `error` is the type of its failure."""
        known = self.providers.get(provider)
        if known is None:
            if len(self.providers) >= PROVIDERS:
                return
            known = self.providers.setdefault(provider, Provider())
        known.operations += 1
        known.failed += error is not None
        known.recent.append((time.monotonic(), error))

    def turn_ended(self, response_latency: float | None, interrupted: bool) -> None:
        """A turn ended; the latency is in seconds."""
        self.turns += 1
        self.interrupted += interrupted
        if response_latency is not None:
            self.latencies.append(response_latency)

    def call_ended(self, outcome: str, seconds: float | None) -> None:
        """A conversation was hung up."""
        self.ended[outcome] += 1
        if seconds is not None:
            self.durations.append(seconds)


def quantile(values: Iterable[float], share: float) -> float | None:
    """The value below which this share of them lies; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


ACTIVITY = Activity()
