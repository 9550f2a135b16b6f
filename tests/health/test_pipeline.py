"""What became of the telemetry, seen from inside of the process."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from otel_voice.export import pipeline as the_pipeline
from otel_voice.export.pipeline import Exports, Pipeline
from otel_voice.health import builtin


class Exporter(SpanExporter):
    """Waits for its gate; `result` is what it says, or raises."""

    def __init__(self) -> None:
        self.gate, self.result, self.entered = threading.Event(), SpanExportResult.SUCCESS, threading.Event()

    def export(self, spans: Any) -> Any:
        self.entered.set()
        self.gate.wait(30)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def exporter() -> Exporter:
    return Exporter()


@pytest.fixture
def provider(exporter: Exporter, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The global one, with room for four spans in its queue."""
    provider = TracerProvider(shutdown_on_exit=False)
    processor = BatchSpanProcessor(exporter, max_queue_size=4, schedule_delay_millis=60_000, max_export_batch_size=4)
    provider.add_span_processor(processor)
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    yield provider
    exporter.gate.set()
    provider.shutdown()


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    pipeline = Pipeline()
    monkeypatch.setattr(builtin, "PIPELINE", pipeline)
    return pipeline


def traces(pipeline: Pipeline) -> Exports:
    [found] = [exports for exports in pipeline.exports() if exports.signal == "traces"]
    return found


def spans(provider: TracerProvider, count: int) -> None:
    for _ in range(count):
        provider.get_tracer("t").start_span("span").end()


def test_a_queue_that_fills_and_what_is_dropped(
    provider: TracerProvider, exporter: Exporter, pipeline: Pipeline
) -> None:
    """The exporter hangs: the queue is told to be full, and each span that finds no room is counted."""
    exports = traces(pipeline)
    dropped = builtin.Dropped()
    spans(provider, 4)
    assert exporter.entered.wait(30)
    assert dropped() == "0 dropped since the start"
    spans(provider, 4 + 3)
    assert (exports.queue(), exports.capacity, exports.dropped) == (4, 4, 3)
    with pytest.raises(builtin.UnhealthyError, match="traces 100% full"):
        builtin.queue()
    with pytest.raises(builtin.UnhealthyError, match="3 dropped"):
        dropped()


@pytest.mark.parametrize("result", [SpanExportResult.FAILURE, RuntimeError("no route")])
def test_an_export_that_fails_is_seen_until_one_succeeds(
    provider: TracerProvider, exporter: Exporter, pipeline: Pipeline, result: Any
) -> None:
    """By its result or by an exception, which goes where it went before."""
    exporter.gate.set()
    traces(pipeline)
    exporter.result = result
    spans(provider, 1)
    provider.force_flush()
    with pytest.raises(builtin.UnhealthyError, match="traces do not arrive since 0 s"):
        builtin.exporter()
    exporter.result = SpanExportResult.SUCCESS
    spans(provider, 1)
    provider.force_flush()
    assert "traces 1 exports" in builtin.exporter()
    assert (traces(pipeline).delivered, traces(pipeline).failed) == (1, 1)


def test_a_queue_that_does_not_drain_is_seen(
    provider: TracerProvider, exporter: Exporter, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exporter that never comes back fails no export; what waits behind it tells."""
    traces(pipeline).followed_at -= builtin.DRAINED_WITHIN + 1
    spans(provider, 1)
    with pytest.raises(builtin.UnhealthyError, match="traces wait and none was exported for 31 s"):
        builtin.exporter()


def test_readers_are_seen_and_what_is_shut_down_is_not(
    provider: TracerProvider, exporter: Exporter, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Metrics have a period in place of a queue."""
    reader = PeriodicExportingMetricReader(ConsoleMetricExporter(out=open(os.devnull, "w")))  # noqa: PTH123, SIM115
    meters = MeterProvider([reader], shutdown_on_exit=False)
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: meters)
    meters.get_meter("m").create_counter("c").add(1)
    assert {exports.signal for exports in pipeline.exports()} == {"traces", "metrics"}
    meters.force_flush()
    assert [exports.delivered for exports in pipeline.exports() if exports.signal == "metrics"] == [1]
    exporter.gate.set()
    provider.shutdown()
    meters.shutdown()
    assert pipeline.exports() == []
    assert builtin.exporter() == "nothing is exported"


def test_a_provider_of_another_make_is_left_alone(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is seen, and nothing raises."""
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: object())
    assert pipeline.exports() == []
    assert builtin.queue() == "no queues"


def test_an_exporter_that_cannot_be_followed_is_left_alone(
    exporter: Exporter, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its class may allow no attribute of ours; its queue is seen all the same."""

    class Closed:
        __slots__ = ()

        def export(self, spans: Any) -> None: ...

    class Owner:
        _queue: tuple[int, ...] = (1, 2)
        _max_queue_size = 8
        _exporter = Closed()

    monkeypatch.setattr(the_pipeline, "_exporters", lambda: [("traces", Owner, Owner._exporter)])
    [exports] = pipeline.exports()
    assert (exports.queue(), exports.capacity) == (2, 8)


def test_a_forked_child_counts_its_own(provider: TracerProvider, exporter: Exporter, pipeline: Pipeline) -> None:
    """The counts are the parent's."""
    exporter.gate.set()
    exports = traces(pipeline)
    spans(provider, 1)
    provider.force_flush()
    assert exports.delivered == 1
    pipeline.forget()
    assert (exports.delivered, exports.succeeded_at) == (0, None)
