"""Records that were wanted and are lost, counted by category and reason."""

from __future__ import annotations

from functools import cache

from opentelemetry.metrics import Counter, Meter, get_meter

from otel_voice.telemetry import names
from otel_voice.telemetry.instruments import counter

BURST = "burst"
QUEUE_FULL = "queue_full"
WRITE_FAILED = "write_failed"


@cache
def _counter(meter: Meter | None = None) -> Counter:
    return counter(meter or get_meter("otel_voice"), names.METRIC_VOICE_LOG_DROPPED)


def count(category: str, reason: str, records: int) -> None:
    """So many records of this category were dropped."""
    _counter().add(records, {names.VOICE_LOG_CATEGORY: category, names.VOICE_REASON: reason})
