"""What arrived at the sink, in plain records: ids in hex, attributes as dicts, one record per metric point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Span:
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    start: int
    end: int
    status: int
    attributes: dict[str, Any]
    events: tuple[str, ...]
    scope: str
    resource: dict[str, Any]


@dataclass(frozen=True)
class Log:
    body: Any
    severity: int
    severity_text: str
    event_name: str
    trace_id: str
    span_id: str
    time: int
    attributes: dict[str, Any]
    scope: str
    resource: dict[str, Any]


@dataclass(frozen=True)
class Point:
    """One point of a metric: `value` of a sum or gauge; `count` and `sum` of a histogram."""

    name: str
    unit: str
    attributes: dict[str, Any]
    value: float
    count: int
    sum: float
    exemplars: tuple[str, ...]
    scope: str
    resource: dict[str, Any]


def spans_of(body: bytes) -> Iterator[Span]:
    request = ExportTraceServiceRequest.FromString(body)
    for group in request.resource_spans:
        resource = attributes_of(group.resource.attributes)
        for scoped in group.scope_spans:
            for span in scoped.spans:
                yield Span(
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    kind=span.kind,
                    start=span.start_time_unix_nano,
                    end=span.end_time_unix_nano,
                    status=span.status.code,
                    attributes=attributes_of(span.attributes),
                    events=tuple(event.name for event in span.events),
                    scope=scoped.scope.name,
                    resource=resource,
                )


def logs_of(body: bytes) -> Iterator[Log]:
    request = ExportLogsServiceRequest.FromString(body)
    for group in request.resource_logs:
        resource = attributes_of(group.resource.attributes)
        for scoped in group.scope_logs:
            for log in scoped.log_records:
                yield Log(
                    body=value_of(log.body),
                    severity=log.severity_number,
                    severity_text=log.severity_text,
                    event_name=log.event_name,
                    trace_id=log.trace_id.hex(),
                    span_id=log.span_id.hex(),
                    time=log.time_unix_nano,
                    attributes=attributes_of(log.attributes),
                    scope=scoped.scope.name,
                    resource=resource,
                )


def points_of(body: bytes) -> Iterator[Point]:
    request = ExportMetricsServiceRequest.FromString(body)
    for group in request.resource_metrics:
        resource = attributes_of(group.resource.attributes)
        for scoped in group.scope_metrics:
            for metric in scoped.metrics:
                data = getattr(metric, metric.WhichOneof("data"))
                for point in data.data_points:
                    yield _point(metric, point, scoped.scope.name, resource)


def _point(metric: Any, point: Any, scope: str, resource: dict[str, Any]) -> Point:
    histogram = hasattr(point, "bucket_counts") or hasattr(point, "zero_count")
    return Point(
        name=metric.name,
        unit=metric.unit,
        attributes=attributes_of(point.attributes),
        value=0.0 if histogram else float(getattr(point, point.WhichOneof("value"))),
        count=point.count if histogram else 0,
        sum=point.sum if histogram else 0.0,
        exemplars=tuple(exemplar.trace_id.hex() for exemplar in point.exemplars),
        scope=scope,
        resource=resource,
    )


def attributes_of(pairs: Any) -> dict[str, Any]:
    return {pair.key: value_of(pair.value) for pair in pairs}


def value_of(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [value_of(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return attributes_of(value.kvlist_value.values)
    return getattr(value, kind)
