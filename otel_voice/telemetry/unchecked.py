"""How much could not be redacted and therefore did not leave, as a metric: an operator sees it who sees no stderr."""

from __future__ import annotations

from opentelemetry.metrics import Counter, MeterProvider, get_meter

from otel_voice.telemetry import names
from otel_voice.telemetry.instruments import counter


class Unchecked:
    """Counts it, with a meter that is made at the first: most programs never need one."""

    def __init__(self, meter_provider: MeterProvider | None = None) -> None:
        self._provider = meter_provider
        self._counter: Counter | None = None

    def count(self, what: str, error_type: str) -> None:
        """One more: what it was, and the class of the error."""
        if self._counter is None:
            meter = get_meter("otel_voice", meter_provider=self._provider)
            self._counter = counter(meter, names.METRIC_VOICE_REDACTION_UNCHECKED)
        self._counter.add(1, {names.VOICE_REDACTION_SUBJECT: what, names.ERROR_TYPE: error_type})


count = Unchecked().count
