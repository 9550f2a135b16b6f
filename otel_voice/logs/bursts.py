"""Bursts: one message of one logger that comes too often, let through up to a limit, and counted after that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

WINDOW = 1.0
"""Seconds; a burst is told when its window is over."""
_REMEMBERED = 1024


class Suppressed(NamedTuple):
    """How many records of a message were suppressed, and the last of them."""

    records: int
    last: object


class _Window:
    __slots__ = ("count", "last", "suppressed", "until")

    def __init__(self, until: float) -> None:
        self.until = until
        self.count = 0
        self.suppressed = 0
        self.last: object = None


class Bursts:
    """Counts the records of a key in a window, and tells of those that were suppressed, once a window.

    `tell` is called on the thread of a record, or on a thread of ours when no record comes.
    """

    def __init__(
        self, limit: int, tell: Callable[[Suppressed], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._tell = tell
        self._clock = clock
        self.start_afresh()

    def start_afresh(self) -> None:
        """In a forked child: its own lock, and nothing of the parent's count."""
        self._windows: dict[Hashable, _Window] = {}
        # Reentrant: while it is held, a finalizer of the program may run on the thread, and log.
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None

    def is_over(self, key: Hashable) -> bool:
        """Count a record of this key; whether it is one too many."""
        now = self._clock()
        window = self._windows.get(key)
        if window is None or now >= window.until:
            window = self._renewed(key, window, now)
        # Counted with no lock: threads that count at one moment may let some more through, and lose none.
        window.count += 1
        return window.count > self._limit

    def suppress(self, key: Hashable, last: object) -> None:
        """The record `last`, one too many, does not go through: it is to be told of."""
        with self._lock:
            window = self._windows.get(key)
            if window is None:  # told of meanwhile
                window = self._windows[key] = _Window(self._clock() + WINDOW)
            window.suppressed += 1
            window.last = last
        if self._timer is None:
            self._tell_later()

    def tell_all(self) -> None:
        """Tell of what was suppressed until now, in windows that are over or not."""
        with self._lock:
            self._timer = None
            windows, self._windows = self._windows, {}
        self._report(windows.values())

    def _renewed(self, key: Hashable, old: _Window | None, now: float) -> _Window:
        with self._lock:
            present = self._windows.get(key)
            if present is not None and present is not old:
                return present  # another thread was first
            forgotten = self._forget() if len(self._windows) >= _REMEMBERED else []
            window = self._windows[key] = _Window(now + WINDOW)
        self._report([*forgotten, old] if present is not None and old is not None else forgotten)
        return window

    def _forget(self) -> list[_Window]:
        """Keep what has suppressed something; a message that differs each time is no burst. Returns what is to tell."""
        busy = {key: window for key, window in self._windows.items() if window.suppressed}
        told = list(busy.values()) if len(busy) >= _REMEMBERED else []
        self._windows = {} if told else busy
        return told

    def _report(self, windows: Iterable[_Window]) -> None:
        """Of windows that nobody counts in any more."""
        for window in windows:
            if window.suppressed:
                self._tell(Suppressed(window.suppressed, window.last))

    def _tell_later(self) -> None:
        with self._lock:
            if self._timer is not None:
                return
            timer = self._timer = threading.Timer(WINDOW, self.tell_all)
            timer.daemon = True
        try:
            timer.start()
        except RuntimeError:
            return  # an interpreter that is ending starts no thread; its exit tells the rest
