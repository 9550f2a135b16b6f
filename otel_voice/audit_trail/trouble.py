"""What is told when the spool fails: on stderr once a minute, and counted in metrics every time."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import Any, Final

from opentelemetry.metrics import Counter, get_meter

from otel_voice.audit_trail.stream import HELD, Trouble
from otel_voice.telemetry import names
from otel_voice.telemetry.instruments import counter

_PERIOD: Final = 60.0

_log = logging.getLogger(__name__)


class Troubles:
    """Tells what went wrong in the spool at `directory`."""

    def __init__(self, directory: Path, meter: Any = None) -> None:
        self._directory = directory
        self._meter = meter
        self._counters: tuple[Counter, Counter] | None = None
        self._lock = threading.RLock()
        self._told_at: float | None = None
        self._untold = 0

    def tell(self, category: str, trouble: Trouble) -> None:
        """Count the trouble, and say it where nobody was told for a minute."""
        if not trouble.unwritten:
            return
        unwritten, lost = self._counted()
        unwritten.add(trouble.unwritten, {names.VOICE_LOG_CATEGORY: category})
        if trouble.lost:
            lost.add(trouble.lost, {names.VOICE_LOG_CATEGORY: category})
        if self._is_time(trouble):
            _log.error("otel_voice: %s", self._sentence(trouble))

    def _counted(self) -> tuple[Counter, Counter]:
        if self._counters is None:
            meter = self._meter or get_meter("otel_voice")
            unwritten = counter(meter, names.METRIC_VOICE_AUDIT_UNWRITTEN)
            self._counters = unwritten, counter(meter, names.METRIC_VOICE_AUDIT_LOST)
        return self._counters

    def _is_time(self, trouble: Trouble) -> bool:
        with self._lock:
            now = time.monotonic()
            self._untold += trouble.unwritten
            if self._told_at is not None and now - self._told_at < _PERIOD:
                return False
            self._told_at = now
            return True

    def _sentence(self, trouble: Trouble) -> str:
        count, self._untold = self._untold, 0
        reason = (trouble.error.strerror or trouble.error) if trouble.error else "as before"
        lost = f", and {trouble.lost} of them are lost" if trouble.lost else ""
        return (
            f"{count} audit records could not be written to {self._directory}: {reason}{lost}. They are still sent "
            f"to the Collector; up to {HELD} wait in memory and are lost if the process dies before. Make room there, "
            "or set OTEL_VOICE_AUDIT_DIR to a directory that can be written"
        )
