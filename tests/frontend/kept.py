"""What the embedded receiver took in, as records: it goes into a store, and is kept here to be looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from otel_voice.local.rows import Batch, LogRow, SpanRow
from otel_voice.local.store import Store
from tests.distro.telemetry import Log, Span, logs_of, spans_of


class Kept:
    """A sink of a receiver."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._arrived = threading.Condition()
        self._spans: list[Span] = []
        self._logs: list[Log] = []

    def sink(self, batch: Batch) -> None:
        self._store.add(batch)
        with self._arrived:
            for origin, rows in batch.origins:
                for row in rows:
                    if isinstance(row, SpanRow):
                        self._spans += spans_of(_spans(origin.raw, row.raw))
                    elif isinstance(row, LogRow):
                        self._logs += logs_of(_logs(origin.raw, row.raw))
            self._arrived.notify_all()

    def spans(self, name: str = "") -> list[Span]:
        return [span for span in list(self._spans) if name in ("", span.name)]

    def logs(self) -> list[Log]:
        return list(self._logs)

    def wait_for(self, found: Callable[[], Any], timeout: float = 30.0) -> Any:
        """What `found` finds, once it finds something; fails with what arrived."""
        with self._arrived:
            if self._arrived.wait_for(lambda: bool(found()), timeout):
                return found()
        names = [span.name for span in self.spans()], [log.event_name or log.body for log in self.logs()]
        raise AssertionError(f"not within {timeout} s; arrived: {names}")

    def span(self, name: str, trace_id: str = "") -> Span:
        """The first span of this name, once it is there."""
        found: Span = self.wait_for(
            lambda: [span for span in self.spans(name) if trace_id in ("", span.trace_id)],
        )[0]
        return found

    def log(self, text: str) -> Log:
        """The first record with this event name or body, once it is there."""
        found: Log = self.wait_for(lambda: [log for log in self.logs() if text in (log.event_name, log.body)])[0]
        return found


def _spans(container: bytes, item: bytes) -> bytes:
    resource = ResourceSpans.FromString(container)
    resource.scope_spans[0].spans.append(SpanMessage.FromString(item))
    return ExportTraceServiceRequest(resource_spans=[resource]).SerializeToString()


def _logs(container: bytes, item: bytes) -> bytes:
    resource = ResourceLogs.FromString(container)
    resource.scope_logs[0].log_records.append(LogRecord.FromString(item))
    return ExportLogsServiceRequest(resource_logs=[resource]).SerializeToString()
