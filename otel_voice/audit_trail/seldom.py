"""Saying something that is true of every record once a minute."""

from __future__ import annotations

import threading
import time
from typing import Final

PERIOD: Final = 60.0


class Seldom:
    """Counts what is to be told, and says when it is time."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._told_at: float | None = None
        self._untold = 0

    def count(self, more: int = 1) -> int:
        """How many there were since the last time, when it is time to tell; 0 when it is not."""
        with self._lock:
            now = time.monotonic()
            self._untold += more
            if self._told_at is not None and now - self._told_at < PERIOD:
                return 0
            self._told_at = now
            untold, self._untold = self._untold, 0
            return untold
