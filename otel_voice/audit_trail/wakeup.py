"""Waking a thread from anywhere, also from a signal handler or a finalizer that interrupts another waking.

threading.Event would wait for itself there: its lock is not one that its holder may take again.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue


class Wakeup:
    """Set by many, waited for by one thread."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[None] = SimpleQueue()
        self._is_set = False

    def set(self) -> None:
        """Have `wait` return."""
        if not self._is_set:
            self._is_set = True
            self._queue.put(None)

    def wait(self, seconds: float | None = None) -> None:
        """Until it is set, or so long. What was done before it was set is seen after."""
        try:
            self._queue.get(timeout=seconds)
        except Empty:
            return
        self._is_set = False
