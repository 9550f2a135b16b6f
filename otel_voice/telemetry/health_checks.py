"""How health checks stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from opentelemetry.metrics import MeterProvider, Observation, get_meter

from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import Attributes
from otel_voice.telemetry.instruments import observed


class Checked(NamedTuple):
    """What one check said last."""

    name: str
    critical: bool
    ok: bool


def tell(checked: Callable[[], Iterable[Checked]], meter_provider: MeterProvider | None = None) -> None:
    """Have `checked` asked whenever metrics are collected; a check that it tells no more ends with that."""

    def observe() -> Iterable[Observation]:
        for check in checked():
            labels: Attributes = {
                names.VOICE_HEALTH_CHECK_NAME: check.name,
                names.VOICE_HEALTH_CHECK_CRITICAL: check.critical,
            }
            yield Observation(int(check.ok), labels)

    observed(get_meter("otel_voice", meter_provider=meter_provider), names.METRIC_VOICE_HEALTH_CHECK_STATUS, observe)
