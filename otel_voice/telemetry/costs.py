"""The counter of costs. Operations with the same labels are summed and counted together when metrics are collected.

A counter is a sum anyway, and to count each of them alone would cost a fifth of what all that is told of a call does.
"""

from __future__ import annotations

from collections.abc import Iterable

from opentelemetry.context import Context
from opentelemetry.metrics import Meter

from otel_voice.observation.records import Operation
from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import labels
from otel_voice.telemetry.instruments import counter

Labels = tuple[str, str, str | None, str | None, str | None, int | None]


class Costs:
    """Counts what operations cost."""

    def __init__(self, meter: Meter) -> None:
        self._counter = counter(meter, names.METRIC_VOICE_COST)

    def count(self, ended: Iterable[tuple[Operation, Context]]) -> None:
        """Count all of them; the exemplar of a sum is the span of its last operation."""
        sums: dict[Labels, float] = {}
        last: dict[Labels, tuple[Operation, Context]] = {}
        for record, context in ended:
            if record.cost is not None:
                key = _labels(record)
                sums[key] = sums.get(key, 0.0) + record.cost
                last[key] = record, context
        for key, usd in sums.items():
            record, context = last[key]
            self._counter.add(usd, labels(record), context)


def _labels(record: Operation) -> Labels:
    return (
        record.operation,
        record.provider,
        record.request_model,
        record.response_model,
        record.server_address,
        record.server_port,
    )
