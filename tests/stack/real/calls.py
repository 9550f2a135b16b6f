"""Conversations by hand, as OTLP: which spans, in which requests, and what each gateway should have of them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

SECOND = 1_000_000_000
ERROR = 2

Value = str | bool | float


@dataclass(frozen=True)
class Call:
    """One conversation: a root, and turns below it. Its ids follow from its name, the same in every run."""

    name: str
    turns: int = 4
    # Put on the last turn, where a decision made too early would not see it.
    marks: Mapping[str, Value] = field(default_factory=dict)
    failed: bool = False

    @property
    def trace_id(self) -> bytes:
        """The id of its trace."""
        return hashlib.sha256(self.name.encode()).digest()[:16]

    def span_id(self, number: int) -> bytes:
        """The id of a turn; 0 is the root's."""
        return hashlib.sha256(f"{self.name} {number}".encode()).digest()[:8]

    def span_ids(self) -> set[bytes]:
        """All of its spans."""
        return {self.span_id(number) for number in range(self.turns + 1)}

    def span(self, number: int) -> bytes:
        """The request of one span; 0 is the root, which comes last in a real call."""
        request = ExportTraceServiceRequest()
        span = _scope(request.resource_spans.add(), "scope_spans").spans.add()
        now = time.time_ns()
        span.trace_id, span.span_id = self.trace_id, self.span_id(number)
        span.name = "turn" if number else "conversation"
        span.start_time_unix_nano, span.end_time_unix_nano = now - SECOND, now
        if number:
            span.parent_span_id = self.span_id(0)
        if number == self.turns:
            span.attributes.extend(_attribute(key, value) for key, value in self.marks.items())
            span.status.code = ERROR if self.failed else 0
        return bytes(request.SerializeToString())


def record(body: str, category: str) -> bytes:
    """The request of one log record."""
    request = ExportLogsServiceRequest()
    one = _scope(request.resource_logs.add(), "scope_logs").log_records.add()
    one.time_unix_nano = time.time_ns()
    one.body.string_value = body
    one.attributes.append(_attribute("voice.log.category", category))
    return bytes(request.SerializeToString())


def point(name: str, process: str, value: int) -> bytes:
    """The request of one point of a counter, written by a process."""
    request = ExportMetricsServiceRequest()
    metric = _scope(request.resource_metrics.add(), "scope_metrics", process).metrics.add()
    metric.name = name
    metric.sum.is_monotonic, metric.sum.aggregation_temporality = True, 2
    one = metric.sum.data_points.add()
    one.time_unix_nano, one.as_int = time.time_ns(), value
    return bytes(request.SerializeToString())


def _scope(resource: Any, scopes: str, process: str = "process-1") -> Any:
    names = {"service.name": "by-hand", "service.instance.id": process}
    resource.resource.attributes.extend(_attribute(key, value) for key, value in names.items())
    return getattr(resource, scopes).add()


def _attribute(key: str, value: Value) -> KeyValue:
    if isinstance(value, bool):
        return KeyValue(key=key, value=AnyValue(bool_value=value))
    if isinstance(value, float):
        return KeyValue(key=key, value=AnyValue(double_value=value))
    return KeyValue(key=key, value=AnyValue(string_value=value))
