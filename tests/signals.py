"""Providers of the three signals that keep everything in memory, for tests in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs import export as logs_export
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.schema_check import check_logs, check_metrics, check_spans


class Signals:
    """Pass the providers to what is tested; read what came out. Nothing global is set."""

    def __init__(self) -> None:
        self.checked = False
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        # Called InMemoryLogExporter before OpenTelemetry 1.40.
        exporter = getattr(logs_export, "InMemoryLogRecordExporter", None) or logs_export.InMemoryLogExporter
        self._logs = exporter()
        self.tracer_provider = TracerProvider(shutdown_on_exit=False)
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meter_provider = MeterProvider([self._reader], shutdown_on_exit=False)
        self.logger_provider = LoggerProvider(shutdown_on_exit=False)
        self.logger_provider.add_log_record_processor(SimpleLogRecordProcessor(self._logs))

    def providers(self) -> dict[str, Any]:
        """The keyword arguments of instrument()."""
        return {
            "tracer_provider": self.tracer_provider,
            "meter_provider": self.meter_provider,
            "logger_provider": self.logger_provider,
        }

    def spans(self) -> Sequence[ReadableSpan]:
        """The finished spans, in the order they ended."""
        return self._spans.get_finished_spans()

    def span(self, name: str) -> ReadableSpan:
        """The only finished span of this name."""
        found = [span for span in self.spans() if span.name == name]
        assert len(found) == 1, f"{len(found)} spans named {name!r} among {[span.name for span in self.spans()]}"
        return found[0]

    def points(self, metric: str) -> list[Any]:
        """The data points of a metric; empty when nothing was recorded."""
        data = self._reader.get_metrics_data()
        scopes = [scope for resource in (data.resource_metrics if data else ()) for scope in resource.scope_metrics]
        found = [each for scope in scopes for each in scope.metrics if each.name == metric]
        return [point for each in found for point in each.data.data_points]

    def logs(self) -> Sequence[Any]:
        """The log records, each with `log_record` and `instrumentation_scope`."""
        return self._logs.get_finished_logs()

    def check(self, *also: str) -> None:
        """Compare everything with the schema; `also` names attributes the test itself gave."""
        self.checked = True
        check_spans(self.spans(), also)
        check_metrics(self._reader.get_metrics_data())
        check_logs(self.logs(), also)
