"""Numbered telemetry from the SDK's own exporters, sent again until it is accepted, as a program under way does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack

BATCH = 20
PAUSE = 0.02
CATEGORIES = ("app", "audit", "error", "security")
SERVICE = "traffic"

# Refusals are what these tests are about; the exporters' own log lines would bury the failure of a test.
logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)


class Stream:
    """One signal: numbers its batches, and sends each until the Collector accepts it."""

    def __init__(self, signal: str, make: Callable[[int], Any], send: Callable[[Any], Any]) -> None:
        self.signal = signal
        self.accepted = 0
        self.refused = 0
        self._make = make
        self._send = send

    def run(self, enough: threading.Event) -> None:
        """Send batch after batch; ends with the one that is under way when it is enough."""
        while not enough.wait(PAUSE):
            batch = self._make(self.accepted)
            while self._send(batch).name != "SUCCESS":
                self.refused += 1
            self.accepted += BATCH


class Traffic:
    """Logs, spans and counters from one thread each, for as long as the `with` block lasts.

    Only what was answered with success counts as accepted: the numbers from 0 to `accepted` of each signal.
    """

    def __init__(self, stack: Stack, run: str, protocol: str) -> None:
        self.run = run
        self.streams = streams(stack, run, protocol)
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=stream.run, args=(self._enough,)) for stream in self.streams]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a sender is still held after a minute"

    def accepted(self, signal: str) -> int:
        """How many records of the signal were accepted so far."""
        return next(stream.accepted for stream in self.streams if stream.signal == signal)

    def goes_on(self, records: int) -> None:
        """Wait until each signal had this many more accepted."""
        goals = {stream.signal: stream.accepted + records for stream in self.streams}
        eventually(lambda: all(self.accepted(s) >= goal for s, goal in goals.items()), f"{records} more of each", 90)


def streams(stack: Stack, run: str, protocol: str) -> list[Stream]:
    """The three signals over `grpc` or `http`."""
    to = {"grpc": _grpc, "http": _http}[protocol](stack)
    makers = (LogMaker(run), SpanMaker(run), CounterMaker(run))
    return [Stream(maker.signal, maker.batch, exporter.export) for maker, exporter in zip(makers, to, strict=True)]


class LogMaker:
    """Log records whose body is the run and the number, of each category in turn, at times that never repeat."""

    signal = "logs"

    def __init__(self, run: str) -> None:
        self._run = run
        self._kept = InMemoryLogRecordExporter()
        provider = LoggerProvider(_resource())
        provider.add_log_record_processor(SimpleLogRecordProcessor(self._kept))
        self._logger = provider.get_logger("traffic")

    def batch(self, first: int) -> Sequence[Any]:
        """The records from this number on."""
        self._kept.clear()
        for number in range(first, first + BATCH):
            mark = {"voice.log.category": CATEGORIES[number % len(CATEGORIES)]}
            self._logger.emit(LogRecord(timestamp=time.time_ns(), body=f"{self._run} {number:06d}", attributes=mark))
        return self._kept.get_finished_logs()


class SpanMaker:
    """Spans named after the run, with the number as an attribute; one trace each."""

    signal = "traces"

    def __init__(self, run: str) -> None:
        self._run = run
        self._kept = InMemorySpanExporter()
        provider = TracerProvider(resource=_resource())
        provider.add_span_processor(SimpleSpanProcessor(self._kept))
        self._tracer = provider.get_tracer("traffic")

    def batch(self, first: int) -> Sequence[Any]:
        """The spans from this number on."""
        self._kept.clear()
        for number in range(first, first + BATCH):
            self._tracer.start_span(self._run, attributes={"n": number}).end()
        return self._kept.get_finished_spans()


class CounterMaker:
    """Cumulative counters that say how often each was sent: their last value is what must not be lost."""

    signal = "metrics"

    def __init__(self, run: str) -> None:
        self._reader = InMemoryMetricReader()
        provider = MeterProvider((self._reader,), _resource())
        self._counter = provider.get_meter("traffic").create_counter(f"{run}.sent")

    def batch(self, first: int) -> Any:
        """One more on each counter, and all their values."""
        for number in range(BATCH):
            self._counter.add(1, {"n": str(number)})
        return self._reader.get_metrics_data()


def _resource() -> Resource:
    return Resource({"service.name": SERVICE})


def _grpc(stack: Stack) -> tuple[Any, ...]:
    endpoint = f"http://127.0.0.1:{stack.ports['grpc']}"
    return tuple(kind(endpoint=endpoint, insecure=True) for kind in (GrpcLogs, GrpcSpans, GrpcMetrics))


def _http(stack: Stack) -> tuple[Any, ...]:
    kinds = {"logs": HttpLogs, "traces": HttpSpans, "metrics": HttpMetrics}
    return tuple(kind(endpoint=f"{stack.endpoint}/v1/{signal}") for signal, kind in kinds.items())
