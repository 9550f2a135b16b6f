"""The Prometheus text format: otel_voice's own numbers, and what OpenTelemetry's reader has."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from otel_voice.export import pulled
from otel_voice.export.pipeline import PIPELINE
from otel_voice.health import loops, system
from otel_voice.health.activity import ACTIVITY
from otel_voice.health.examination import Report
from otel_voice.telemetry.redaction import redact

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# What these hold are numbers, and a boundary of ten digits would pass for a telephone number.
NUMERIC = frozenset({"le", "quantile"})

_log = logging.getLogger(__name__)


@dataclass
class Family:
    """One metric of ours; `samples` are labels with their value."""

    name: str
    kind: str
    brief: str
    samples: list[tuple[Mapping[str, str], float]] = field(default_factory=list)

    def add(self, value: float | None, **labels: str) -> Family:
        """Add a sample; None is no sample."""
        if value is not None:
            self.samples.append((labels, value))
        return self


def text(report: Report, families: list[Any]) -> str:
    """The whole page: what was measured, and what health itself knows."""
    return _measured(families) + "".join(_written(family) for family in ours(report) if family.samples)


def ours(report: Report) -> Iterator[Family]:
    """What health itself knows, also where no metric of OpenTelemetry is collected."""
    ok = Family("otel_voice_health_check_ok", "gauge", "1 while the check passes, 0 while it fails.")
    took = Family("otel_voice_health_check_duration_seconds", "gauge", "How long the check took.")
    for result in report.results:
        ok.add(float(result.ok), check=result.name, critical=str(result.critical).lower())
        took.add(result.seconds, check=result.name)
    yield from (ok, took)
    active = Family("otel_voice_health_calls_active", "gauge", "Conversations open now.")
    yield active.add(ACTIVITY.open_calls())
    monitor = loops.monitor()
    lag = Family("otel_voice_health_event_loop_lag_seconds", "gauge", "The worst lag of the last 10 seconds.")
    yield lag.add(None if monitor is None else monitor.worst(10.0))
    yield from _pipeline()
    memory = Family("otel_voice_health_memory_used_ratio", "gauge", "Of the container's memory, or the machine's.")
    share = system.memory()
    yield memory.add(None if share is None else share.ratio)


def _pipeline() -> Iterator[Family]:
    size = Family("otel_voice_health_queue_size", "gauge", "Items that wait for their export.")
    capacity = Family("otel_voice_health_queue_capacity", "gauge", "Items for which there is room.")
    dropped = Family("otel_voice_health_dropped_total", "counter", "Items that found no room.")
    exports = Family("otel_voice_health_exports_total", "counter", "Exports, by how they ended.")
    numbers: dict[str, list[int]] = {}
    for each in PIPELINE.exports():
        known = numbers.setdefault(each.signal, [0] * 5)
        for place, value in enumerate((each.queue(), each.capacity, each.dropped, each.delivered, each.failed)):
            known[place] += value
    for signal, (queued, room, lost, delivered, failed) in numbers.items():
        if room:
            size.add(queued, signal=signal)
            capacity.add(room, signal=signal)
            dropped.add(lost, signal=signal)
        exports.add(delivered, signal=signal, outcome="delivered")
        exports.add(failed, signal=signal, outcome="failed")
    yield from (size, capacity, dropped, exports)


def measured() -> list[Any]:
    """The families of OpenTelemetry's reader with nothing private in their labels; none when collecting them fails."""
    try:
        return [_redacted(family) for family in pulled.families()]
    except Exception as error:  # noqa: BLE001 - a callback of somebody's instrument may fail; the rest of the page stays
        _log.debug("otel_voice: the metrics could not be collected: %s", error)
        return []


def _redacted(family: Any) -> Any:
    family.samples = [
        sample._replace(
            labels={name: value if name in NUMERIC else redact(str(value)) for name, value in sample.labels.items()}
        )
        for sample in family.samples
    ]
    return family


class _Collected:
    """What prometheus_client takes for a registry."""

    def __init__(self, families: Iterable[Any]) -> None:
        self._families = families

    def collect(self) -> Iterable[Any]:
        """The families, collected already."""
        return self._families


def _measured(families: list[Any]) -> str:
    if not families:
        return ""
    from prometheus_client import generate_latest

    return generate_latest(_Collected(families)).decode("utf-8")


def _written(family: Family) -> str:
    lines = [f"# HELP {family.name} {family.brief}", f"# TYPE {family.name} {family.kind}"]
    for labels, value in family.samples:
        pairs = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        lines.append(f"{family.name}{{{pairs}}} {value}" if pairs else f"{family.name} {value}")
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
