"""What is told when the spool fails: on stderr once a minute, and counted in metrics every time."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from opentelemetry.metrics import Counter, get_meter

from otel_voice.audit_trail.seldom import Seldom
from otel_voice.audit_trail.stream import HELD, Trouble
from otel_voice.telemetry import names
from otel_voice.telemetry.instruments import counter

_log = logging.getLogger(__name__)


class Troubles:
    """Tells what went wrong in the spool at `directory`."""

    def __init__(self, directory: Path, meter: Any = None) -> None:
        self._directory = directory
        self._meter = meter
        self._counters: tuple[Counter, Counter] | None = None
        self._seldom = Seldom()

    def tell(self, category: str, trouble: Trouble) -> None:
        """Count the trouble, and say it where nobody was told for a minute."""
        if not trouble.unwritten:
            return
        unwritten, lost = self._counted()
        unwritten.add(trouble.unwritten, {names.VOICE_LOG_CATEGORY: category})
        if trouble.lost:
            lost.add(trouble.lost, {names.VOICE_LOG_CATEGORY: category})
        if count := self._seldom.count(trouble.unwritten):
            _log.error("otel_voice: %s", self._sentence(count, trouble))

    def _counted(self) -> tuple[Counter, Counter]:
        if self._counters is None:
            meter = self._meter or get_meter("otel_voice")
            unwritten = counter(meter, names.METRIC_VOICE_AUDIT_UNWRITTEN)
            self._counters = unwritten, counter(meter, names.METRIC_VOICE_AUDIT_LOST)
        return self._counters

    def _sentence(self, count: int, trouble: Trouble) -> str:
        reason = (trouble.error.strerror or trouble.error) if trouble.error else "as before"
        lost = f", and {trouble.lost} of them are lost" if trouble.lost else ""
        return (
            f"{count} audit records could not be written to {self._directory}: {reason}{lost}. They are still sent "
            f"to the Collector; up to {HELD} wait in memory and are lost if the process dies before. Make room there, "
            "or set OTEL_VOICE_AUDIT_DIR to a directory that can be written"
        )
