"""Metrics that somebody comes for: OpenTelemetry's own Prometheus reader, on a registry of ours.

`OTEL_METRICS_EXPORTER=otlp,otel_voice_health` puts it beside the exporter; OTEL_VOICE_HEALTH_PORT does so by itself.
In code: `MeterProvider(metric_readers=[..., otel_voice.health.metric_reader()])`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from otel_voice import settings
from otel_voice.export import telling

MISSING = (
    "/metrics shows otel_voice's own numbers only: opentelemetry-exporter-prometheus is not installed, or older than "
    "0.63b0. pip install 'otel-voice[health]'"
)


def _official() -> Any:
    """OpenTelemetry's own reader, if it is there; the older ones know one registry only, which is the program's."""
    try:
        reader = import_module("opentelemetry.exporter.prometheus").PrometheusMetricReader
    except ImportError:
        return None
    return reader if "registry" in inspect.signature(reader).parameters else None


# Where it is not there another reader stands in its place, so that the exporters go on.
_Reader: Any = _official() or InMemoryMetricReader
REGISTRY: Any = None if _Reader is InMemoryMetricReader else import_module("prometheus_client").CollectorRegistry()


class PulledMetrics(_Reader):  # type: ignore[misc]
    """Keeps what is measured until somebody collects it from REGISTRY."""

    def __init__(self) -> None:
        if REGISTRY is None:
            telling.tell_once(settings.environment(), [MISSING])
            super().__init__()
        else:
            super().__init__(registry=REGISTRY)


def families() -> Iterator[Any]:
    """Collects: the metric families of prometheus_client, none where its exporter is not installed."""
    if REGISTRY is not None:
        yield from REGISTRY.collect()
