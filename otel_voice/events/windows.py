"""The same thing is said once in a while, and how often it was held back is said the next time."""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable
from typing import NamedTuple


class Admitted(NamedTuple):
    """What may be said now, and how often it was held back since it was said last."""

    key: Hashable
    held_back: int


class Windows:
    """Which of many things may be said now. There is an end to how many are remembered."""

    def __init__(self, seconds: float, limit: int) -> None:
        self._length_ns = int(seconds * 1e9)
        self._limit = limit
        self._said: dict[Hashable, tuple[int, int]] = {}
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def admit(self, key: Hashable, instead: Hashable, now_ns: int) -> Admitted | None:
        """Whether it may be said now; None when it is held back. Where there is no room for it, `instead` stands."""
        with self._lock:
            if key not in self._said and not self._has_room(now_ns):
                key = instead
            said_ns, held_back = self._said.get(key, (now_ns - self._length_ns, 0))
            if now_ns - said_ns < self._length_ns:
                self._said[key] = said_ns, held_back + 1
                return None
            self._said[key] = now_ns, 0
            return Admitted(key, held_back)

    def _has_room(self, now_ns: int) -> bool:
        """What was said long ago makes room."""
        if len(self._said) >= self._limit:
            recent = {key: said for key, said in self._said.items() if now_ns - said[0] < self._length_ns}
            self._said = recent
        return len(self._said) < self._limit

    def _renew(self) -> None:
        """A forked child finds no lock that a thread of its parent holds."""
        self._lock = threading.Lock()
