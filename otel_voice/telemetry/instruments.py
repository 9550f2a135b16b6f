"""Instruments, made as the schema declares them."""

from __future__ import annotations

from typing import Any, cast

from opentelemetry.metrics import Counter, Histogram, Meter

from otel_voice.telemetry import names


def histogram(meter: Meter, name: str) -> Histogram:
    """A histogram as the schema declares it."""
    declared = names.METRICS[name]
    return meter.create_histogram(
        name, declared.unit, declared.description, explicit_bucket_boundaries_advisory=cast(Any, declared.buckets)
    )


def counter(meter: Meter, name: str) -> Counter:
    """A counter as the schema declares it."""
    declared = names.METRICS[name]
    return meter.create_counter(name, declared.unit, declared.description)
