"""What leaves through the SDK's exporters, and what the program keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricsData, ResourceMetrics
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, TraceState

from otel_voice.export import border, redacting
from otel_voice.privacy import process, unchecked
from otel_voice.privacy.policy import Policy
from otel_voice.privacy.redactor import UNCHECKED, Redactor
from otel_voice.telemetry.unchecked import Unchecked
from tests.distro.conftest import Run, run_against, sink
from tests.distro.sink import Sink
from tests.schema_check import check_sink
from tests.signals import Signals

__all__ = ["run_against", "sink"]

MAIL = "jane@example.com"


class Seen(SpanProcessor):
    """A processor of the program."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracers(exporter: InMemorySpanExporter) -> Iterator[TracerProvider]:
    provider = TracerProvider(
        resource=Resource({"service.name": "agent", "owner": MAIL}),
        span_limits=SpanLimits(max_span_attributes=2, max_events=1, max_links=1),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    border.guard(provider)
    yield provider
    provider.shutdown()


def test_a_span_is_redacted_whole_and_its_counts_stay(tracers: TracerProvider, exporter: InMemorySpanExporter) -> None:
    """Name, attributes, events, links, trace state, status, resource, scope; and how many the limits took."""
    elsewhere = SpanContext(1, 2, True, trace_state=TraceState([("who", MAIL)]))
    links = [Link(elsewhere), Link(elsewhere, {"mail": MAIL})]
    span = tracers.get_tracer(f"of {MAIL}").start_span(MAIL, links=links)
    span.set_attributes({"a": MAIL, "b": [MAIL], "c": 1})
    span.add_event("one")
    span.add_event(MAIL, {"mail": MAIL})
    span.end()
    [told] = exporter.get_finished_spans()
    assert "jane" not in told.to_json()
    assert told.name == "[email]"
    assert dict(told.attributes or {}) == {"b": ("[email]",), "c": 1}
    assert told.links[0].context.trace_state["who"] == "[email]"
    assert told.instrumentation_scope is not None
    assert told.instrumentation_scope.name == "of [email]"
    assert (told.dropped_attributes, told.dropped_events, told.dropped_links) == (1, 1, 1)
    assert told.context == span.get_span_context()


def test_the_program_keeps_what_it_had(tracers: TracerProvider, exporter: InMemorySpanExporter) -> None:
    """A processor of its own sees the span as it was; what has nothing private is not even copied."""
    seen = Seen()
    tracers.add_span_processor(seen)
    tracers.get_tracer("t").start_span("call", attributes={"mail": MAIL}).end()
    assert (seen.spans[0].attributes or {})["mail"] == MAIL
    clean = ReadableSpan("call", resource=Resource({}), attributes={"a": "b"})
    assert redacting.spans([clean])[0] is clean


def test_an_exporter_that_is_added_later_is_behind_the_border_too(tracers: TracerProvider) -> None:
    """Simple and batching, once each however often the border is drawn."""
    simple, batching = InMemorySpanExporter(), InMemorySpanExporter()
    tracers.add_span_processor(SimpleSpanProcessor(simple))
    tracers.add_span_processor(BatchSpanProcessor(batching))
    border.guard(tracers)
    tracers.get_tracer("t").start_span(MAIL).end()
    tracers.force_flush()
    assert [each.get_finished_spans()[0].name for each in (simple, batching)] == ["[email]", "[email]"]


def test_a_log_record_is_redacted_whole() -> None:
    """Body of any nesting, attributes, the name of the event; the program's record stays as it was."""
    exporter, provider = InMemoryLogRecordExporter(), LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    border.guard(provider)
    body = {"deep": [{"deeper": MAIL}]}
    provider.get_logger("t").emit(body=body, attributes={"mail": MAIL}, event_name=f"of {MAIL}")
    [told] = exporter.get_finished_logs()
    assert told.log_record.body == {"deep": ({"deeper": "[email]"},)}
    assert dict(told.log_record.attributes or {}) == {"mail": "[email]"}
    assert told.log_record.event_name == "of [email]"
    assert body == {"deep": [{"deeper": MAIL}]}


def test_series_stay_apart() -> None:
    """Labels, with what is pulled as with what is pushed: two callers are two series, known by their hashes."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    border.guard(provider)
    counter = provider.get_meter("t").create_counter("calls", description=f"ask {MAIL}")
    for number in ("+41446681800", "+41446681801"):
        counter.add(1, {"caller": number, "password": number})
    data = reader.get_metrics_data()
    assert data is not None
    [metric] = data.resource_metrics[0].scope_metrics[0].metrics
    labels = [dict(point.attributes or {}) for point in metric.data.data_points]
    assert metric.description == "ask [email]"
    assert len({label["caller"] for label in labels}) == 2
    assert all(str(label["caller"]).startswith("[phone:") for label in labels)
    assert {label["password"] for label in labels} == {"[secret]"}


def test_what_cannot_be_looked_through_is_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The others of its batch are exported; it is counted, told once, and not quoted."""
    monkeypatch.setattr(redacting, "left_out", 0)
    broken = ReadableSpan("broken", resource=Resource({}), attributes={"mail": MAIL})
    broken._links = None  # type: ignore[assignment]
    good = ReadableSpan("good", resource=Resource({}))
    assert [span.name for span in redacting.spans([broken, good, broken])] == ["good"]
    assert redacting.left_out == 2
    [message] = caplog.messages
    assert "TypeError" in message
    assert MAIL not in message


def test_what_is_left_out_is_counted(signals: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text, a span, a log record and a metric, each with the class of the error; nothing of what they said."""

    def fail(*_: object) -> None:
        raise RuntimeError(MAIL)

    monkeypatch.setattr(unchecked, "_listener", Unchecked(signals.meter_provider).count)
    failing = Redactor(Policy())
    monkeypatch.setattr(failing, "_without_private", fail)
    failing.text(MAIL)
    monkeypatch.setattr(redacting._Redacting, "span", fail)
    monkeypatch.setattr(redacting._Redacting, "log_record", fail)
    monkeypatch.setattr(redacting._Redacting, "resource_metrics", fail)
    assert redacting.spans([ReadableSpan(MAIL)]) == []
    assert redacting.log_records([ReadableLogRecord(LogRecord(body=MAIL), Resource({}))]) == []
    assert redacting.metrics(MetricsData([ResourceMetrics(Resource({}), [], "")])) == MetricsData([])
    points = signals.points("voice.redaction.unchecked")
    assert {(dict(each.attributes)["voice.redaction.subject"], each.value) for each in points} == {
        ("text", 1),
        ("span", 1),
        ("log_record", 1),
        ("metric", 1),
    }
    assert {dict(each.attributes)["error.type"] for each in points} == {"RuntimeError"}


FAILING = """
import logging
from opentelemetry._logs import get_logger_provider
from otel_voice.privacy.redactor import Redactor

def fail(self, text):
    if "jane" in text:
        raise RuntimeError(text)
    return text

Redactor._without_private = fail
logging.getLogger("agent").warning("jane@example.com")
get_logger_provider().force_flush()
"""


def test_an_operator_sees_what_was_left_out(sink: Sink, run_against: Run) -> None:
    """The metric arrives, of a program that does nothing for it; of the text arrives a word in its place."""
    ended = run_against(sink.endpoint, FAILING)
    assert "jane" not in "".join(ended.telemetry_lines())
    assert b"jane" not in sink.raw()
    assert [log.body for log in sink.logs() if log.scope == "agent"] == [UNCHECKED]
    [point] = [point for point in sink.points() if point.name == "voice.redaction.unchecked"]
    assert point.attributes == {"voice.redaction.subject": "text", "error.type": "RuntimeError"}
    check_sink(sink)


def test_a_provider_of_another_kind_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Where the SDK's layout moved, the user learns that the border is open."""
    border.guard(object())
    [message] = caplog.messages
    assert "is not redacted" in message


def test_a_new_policy_holds_for_the_next_export(tracers: TracerProvider, exporter: InMemorySpanExporter) -> None:
    """Also for what was remembered of the old one."""
    tracers.get_tracer("t").start_span(MAIL).end()
    try:
        process.use(Policy(actions={"email": "drop"}))
        tracers.get_tracer("t").start_span(MAIL).end()
    finally:
        process.use(Policy())
    told = exporter.get_finished_spans()
    assert [span.name for span in told] == ["[email]", "[dropped: email]"]
    assert told[1].resource.attributes["owner"] == "[dropped: email]"
