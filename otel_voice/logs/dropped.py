"""Records that were wanted and are lost, counted by category and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider, get_meter

from otel_voice.telemetry import names
from otel_voice.telemetry.instruments import counter

if TYPE_CHECKING:
    from otel_voice.telemetry.pending import Pending

BURST = "burst"
QUEUE_FULL = "queue_full"
WRITE_FAILED = "write_failed"
EXPORT_FAILED = "export_failed"
REENTRANT = "reentrant"
"""Made while another record of the same thread was on its way, as by an object whose text is being made."""

Loss = tuple[str, str, int]
"""Category, reason, records."""

_NOWHERE = Context()


class Dropped:
    """Counts them, whoever loses some at one moment, and tells the sums when metrics are collected.

    Its meter is made at the first: most programs never drop one.
    """

    def __init__(self, meter_provider: MeterProvider | None = None) -> None:
        self._provider = meter_provider
        self._pending: Pending[Loss] | None = None

    def count(self, category: str, reason: str, records: int) -> None:
        """So many records of this category were dropped."""
        if self._pending is None:
            self._pending = self._begun()
        self._pending.put((category, reason, records), _NOWHERE)

    def _begun(self) -> Pending[Loss]:
        from otel_voice.telemetry.pending import Pending

        meter = get_meter("otel_voice", meter_provider=self._provider)
        lost = counter(meter, names.METRIC_VOICE_LOG_DROPPED)

        def add(losses: Sequence[tuple[Loss, Context]]) -> None:
            sums: Counter[tuple[str, str]] = Counter()
            for (category, reason, records), _ in losses:
                sums[category, reason] += records
            for (category, reason), records in sums.items():
                lost.add(records, {names.VOICE_LOG_CATEGORY: category, names.VOICE_REASON: reason})

        return Pending(meter, _not_each, add)


def _not_each(_: Loss, __: Context) -> None:
    """What is lost is told in sums."""
