"""What was emitted, as plain records: the same for the SDK's objects and for what arrived at a sink over OTLP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry._logs import SeverityNumber
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.sdk.metrics.export import Gauge, Histogram, Sum
from opentelemetry.trace import SpanKind


@dataclass(frozen=True)
class Span:
    name: str
    kind: str
    scope: str
    attributes: Mapping[str, Any]
    events: tuple[str, ...]


@dataclass(frozen=True)
class Metric:
    """`points` holds the labels of each point; `instrument` and `bounds` are empty where they cannot be known."""

    name: str
    scope: str
    unit: str
    points: tuple[Mapping[str, Any], ...]
    instrument: str = ""
    bounds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Log:
    body: Any
    event_name: str
    severity: str
    scope: str
    attributes: Mapping[str, Any]


def spans_of(spans: Iterable[Any]) -> Iterator[Span]:
    for span in spans:
        yield Span(
            name=span.name,
            kind=_kind(span.kind),
            scope=_scope(span),
            attributes=dict(span.attributes or {}),
            events=tuple(event if isinstance(event, str) else event.name for event in span.events),
        )


def logs_of(records: Iterable[Any]) -> Iterator[Log]:
    for readable in records:
        record = getattr(readable, "log_record", readable)
        yield Log(
            body=record.body,
            event_name=record.event_name or "",
            severity=_severity(record),
            scope=_scope(readable),
            attributes=dict(record.attributes or {}),
        )


def metrics_of(metrics_data: Any) -> Iterator[Metric]:
    for resource in metrics_data.resource_metrics if metrics_data else ():
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                yield Metric(
                    name=metric.name,
                    scope=scope.scope.name,
                    unit=metric.unit,
                    points=tuple(dict(point.attributes) for point in metric.data.data_points),
                    instrument=_instrument(metric.data),
                    bounds=_bounds(metric.data),
                )


def points_of_sink(points: Iterable[Any]) -> Iterator[Metric]:
    for point in points:
        yield Metric(point.name, point.scope, point.unit, (point.attributes,))


def _scope(item: Any) -> str:
    return str(item.scope) if hasattr(item, "scope") else str(item.instrumentation_scope.name)


def _kind(kind: SpanKind | int) -> str:
    if isinstance(kind, SpanKind):
        return kind.name
    return str(trace_pb2.Span.SpanKind.Name(kind)).removeprefix("SPAN_KIND_")


def _severity(record: Any) -> str:
    number = record.severity_number if hasattr(record, "severity_number") else record.severity
    return SeverityNumber(number or 0).name


def _instrument(data: Any) -> str:
    if isinstance(data, Histogram):
        return "histogram"
    if isinstance(data, Sum):
        return "counter" if data.is_monotonic else "updowncounter"
    return "gauge" if isinstance(data, Gauge) else type(data).__name__


def _bounds(data: Any) -> tuple[float, ...]:
    points = data.data_points if isinstance(data, Histogram) else ()
    return tuple(float(bound) for bound in points[0].explicit_bounds) if points else ()
