"""The three OTLP signals: their messages, and the names of the fields that nest resource, scope and item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True)
class Signal:
    """One OTLP signal; `resources`, `scopes`, `items` and `rejected` are names of protobuf fields."""

    name: str
    request: Any
    response: Any
    resources: str
    scopes: str
    items: str
    rejected: str

    @property
    def path(self) -> str:
        """The path of the signal in OTLP/HTTP."""
        return f"/v1/{self.name}"

    def reply(self, rejected: int, message: str) -> Any:
        """The export response; an empty one when nothing was rejected."""
        response = self.response()
        if rejected:
            setattr(response.partial_success, self.rejected, rejected)
            response.partial_success.error_message = message
        return response


TRACES: Final = Signal(
    "traces",
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
    "resource_spans",
    "scope_spans",
    "spans",
    "rejected_spans",
)
LOGS: Final = Signal(
    "logs",
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
    "resource_logs",
    "scope_logs",
    "log_records",
    "rejected_log_records",
)
METRICS: Final = Signal(
    "metrics",
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
    "resource_metrics",
    "scope_metrics",
    "metrics",
    "rejected_data_points",
)
SIGNALS: Final = (TRACES, LOGS, METRICS)
