"""Records that were wanted and are lost, counted by category and reason."""

from __future__ import annotations

from opentelemetry.metrics import Counter, MeterProvider, get_meter

from otel_voice.telemetry import names
from otel_voice.telemetry.instruments import counter

BURST = "burst"
QUEUE_FULL = "queue_full"
WRITE_FAILED = "write_failed"


class Dropped:
    """Counts them, with a meter that is made at the first: most programs never drop one."""

    def __init__(self, meter_provider: MeterProvider | None = None) -> None:
        self._provider = meter_provider
        self._counter: Counter | None = None

    def count(self, category: str, reason: str, records: int) -> None:
        """So many records of this category were dropped."""
        if self._counter is None:
            meter = get_meter("otel_voice", meter_provider=self._provider)
            self._counter = counter(meter, names.METRIC_VOICE_LOG_DROPPED)
        self._counter.add(records, {names.VOICE_LOG_CATEGORY: category, names.VOICE_REASON: reason})
