"""Metrics that somebody comes for: OpenTelemetry's own Prometheus reader, on a registry of ours.

`OTEL_METRICS_EXPORTER=otlp,otel_voice_health` puts it beside the exporter; OTEL_VOICE_HEALTH_PORT does so by itself.
In code: `MeterProvider(metric_readers=[..., otel_voice.health.metric_reader()])`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from opentelemetry.sdk.metrics.export import InMemoryMetricReader

MISSING = (
    "/metrics shows otel_voice's own numbers only: opentelemetry-exporter-prometheus is not installed. "
    "pip install 'otel-voice[health]'"
)

_log = logging.getLogger(__name__)


def _installed(module: str, name: str) -> Any:
    try:
        return getattr(import_module(module), name)
    except ImportError:
        return None


# Where it is not installed another reader stands in its place, so that the exporters go on.
_Reader: Any = _installed("opentelemetry.exporter.prometheus", "PrometheusMetricReader") or InMemoryMetricReader
REGISTRY: Any = None if _Reader is InMemoryMetricReader else import_module("prometheus_client").CollectorRegistry()


class PulledMetrics(_Reader):  # type: ignore[misc]
    """Keeps what is measured until somebody collects it from REGISTRY."""

    def __init__(self) -> None:
        if REGISTRY is None:
            _log.warning("otel_voice: %s", MISSING)
            super().__init__()
        else:
            super().__init__(registry=REGISTRY)


def families() -> Iterator[Any]:
    """Collects: the metric families of prometheus_client, none where its exporter is not installed."""
    if REGISTRY is not None:
        yield from REGISTRY.collect()
