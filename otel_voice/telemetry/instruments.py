"""Instruments, made as the schema declares them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from opentelemetry.metrics import Counter, Histogram, Meter, Observation

from otel_voice.telemetry import names

Observe = Callable[[], Iterable[Observation]]


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


def observed(meter: Meter, name: str, observe: Observe) -> None:
    """A gauge as the schema declares it, whose values are asked for whenever somebody collects."""
    declared = names.METRICS[name]
    meter.create_observable_gauge(name, [lambda _options: observe()], declared.unit, declared.description)


def recording(meter: Meter, name: str) -> Callable[..., None]:
    """What records a value with the instrument that the schema declares: a value, attributes, a context."""
    declared = names.METRICS[name]
    if declared.instrument == "histogram":
        return histogram(meter, name).record
    if declared.instrument == "gauge":
        return meter.create_gauge(name, declared.unit, declared.description).set
    return counter(meter, name).add
