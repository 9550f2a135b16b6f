"""All alerts, in the order of the documents."""

from __future__ import annotations

from collections.abc import Iterator

from otel_voice.monitoring.rules import calls, host, logs, objectives, pipeline, providers, service, unusual, work
from otel_voice.monitoring.rules.records import Alert
from otel_voice.monitoring.values import Values


def metric_alerts(values: Values) -> Iterator[Alert]:
    """Those that Prometheus computes, but those of the host and of the pipeline."""
    for room in (service, calls, providers, work, unusual, objectives):
        yield from room.alerts(values)


def log_alerts(values: Values) -> Iterator[Alert]:
    """Those that Loki computes."""
    yield logs.burst(values)
    yield logs.from_code()


def every_alert(values: Values) -> Iterator[Alert]:
    """All that there are, those that are taken away included."""
    yield from metric_alerts(values)
    yield from host.alerts(values)
    yield from pipeline.alerts(values)
    yield from log_alerts(values)
