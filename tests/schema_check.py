"""Checks what a test saw emitted against the schema, and remembers it for the end of the session.

    check_spans(exporter.get_finished_spans())
    check_metrics(reader.get_metrics_data())
    check_logs(exporter.get_finished_logs())
    check_sink(sink)

Each raises AssertionError naming everything that is not as declared. `also` names attributes that the
test itself gave, for example to conversation(attributes=...).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emitted import Log, Metric, Span, logs_of, metrics_of, points_of_sink, spans_of
from tools.schema import Attribute, Schema, load

SCOPE = "otel_voice"
# What the SDK's own record_exception() writes.
SDK_SPAN_EVENTS = {"exception"}

TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "int": (int,),
    "double": (float,),
    "boolean": (bool,),
    "string[]": (tuple, list),
}
PARTS = {
    "stage": "voice.turn.stage",
    "operation": "gen_ai.operation.name",
    "model": "gen_ai.request.model",
    "tool": "gen_ai.tool.name",
    "timer": "voice.timer.name",
    "function": "code.function.name",
    "adapter": "voice.integration.adapter",
    "request": "voice.integration.operation",
    "workflow": "gen_ai.workflow.name",
    "agent": "gen_ai.agent.name",
    "to": "voice.handoff.to",
    "guardrail": "voice.guardrail.name",
}


@dataclass
class Emitted:
    """The declared names that were seen so far."""

    attributes: set[str] = field(default_factory=set)
    spans: set[str] = field(default_factory=set)
    metrics: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)

    def missing(self, schema: Schema, emitted_by: str = "") -> list[str]:
        """What the schema declares for this emitter and nothing emitted, one line each."""
        declared = {
            "attribute": ({each.name for each in schema.attributes if each.emitted_by == emitted_by}, self.attributes),
            "span": ({span.key for span in schema.spans if span.emitted_by == emitted_by}, self.spans),
            "metric": (set() if emitted_by else {metric.name for metric in schema.metrics}, self.metrics),
            "event": ({event.name for event in schema.events if event.emitted_by == emitted_by}, self.events),
        }
        return [f"{kind} {name}" for kind, (names, seen) in declared.items() for name in sorted(names - seen)]


class Checker:
    """Compares with one schema; what was as declared is added to `emitted`."""

    def __init__(self, schema: Schema, emitted: Emitted) -> None:
        self.emitted = emitted
        self._attributes = {attribute.name: attribute for attribute in schema.attributes}
        self._spans = sorted(schema.spans, key=lambda span: span.name.count("{"))
        self._metrics = {metric.name: metric for metric in schema.metrics}
        self._events = {event.name: event for event in schema.events}
        self._buckets = schema.buckets

    def spans(self, spans: Iterable[Span], also: Iterable[str] = ()) -> None:
        """Name, kind and attributes of each span; of a foreign span only what is ours on it."""
        _fail(problem for span in spans for problem in self._span(span, set(also)))

    def metrics(self, metrics: Iterable[Metric]) -> None:
        """Instrument, unit, bucket boundaries and labels of each of our metrics."""
        ours = (metric for metric in metrics if metric.scope == SCOPE)
        _fail(problem for metric in ours for problem in self._metric(metric))

    def logs(self, logs: Iterable[Log], also: Iterable[str] = ()) -> None:
        """Severity, category and attributes of our events; of any other record only what is ours on it."""
        _fail(problem for log in logs for problem in self._log(log, set(also)))

    def _span(self, span: Span, also: set[str]) -> Iterator[str]:
        place = f"span {span.name!r}"
        yield from self._values(place, span.attributes, also, strict=span.scope == SCOPE)
        if span.scope != SCOPE:
            return
        declared = next((each for each in self._spans if _rendered(each.name, span.attributes) == span.name), None)
        if declared is None:
            yield f"{place} matches no name pattern of spans.yaml"
            return
        if span.kind != declared.kind:
            yield f"{place} has kind {span.kind}, declared is {declared.kind}"
        yield from (f"{place} has an undeclared event {name!r}" for name in set(span.events) - SDK_SPAN_EVENTS)
        self.emitted.spans.add(declared.key)

    def _metric(self, metric: Metric) -> Iterator[str]:
        place = f"metric {metric.name}"
        declared = self._metrics.get(metric.name)
        if declared is None:
            yield f"{place} is not declared in metrics.yaml"
            return
        if metric.unit != declared.unit:
            yield f"{place} has unit {metric.unit!r}, declared is {declared.unit!r}"
        if metric.instrument and metric.instrument != declared.instrument:
            yield f"{place} is a {metric.instrument}, declared is {declared.instrument}"
        if metric.bounds and metric.bounds != self._buckets[declared.buckets]:
            yield f"{place} has bounds {metric.bounds}, declared are those of {declared.buckets}"
        for labels in metric.points:
            yield from (f"{place} has an undeclared label {name}" for name in sorted(labels.keys() - declared.labels))
            yield from self._values(place, labels, set(), strict=True)
        self.emitted.metrics.add(metric.name)

    def _log(self, log: Log, also: set[str]) -> Iterator[str]:
        event = self._events.get(log.event_name)
        place = f"event {log.event_name}" if log.event_name else f"log record {log.body!r}"
        if event is None and log.scope == SCOPE:
            yield f"{place} of otel_voice is not declared in events.yaml"
        yield from self._values(place, log.attributes, also, strict=event is not None)
        if event is None:
            return
        if log.severity not in (event.severity, *event.severities):
            yield f"{place} has severity {log.severity}, declared is {event.severity}"
        category = log.attributes.get("voice.log.category")
        if category != event.category:
            yield f"{place} has category {category}, declared is {event.category}"
        self.emitted.events.add(event.name)

    def _values(self, place: str, values: Mapping[str, Any], also: set[str], *, strict: bool) -> Iterator[str]:
        for name, value in values.items():
            declared = self._attributes.get(name)
            if declared is None:
                if name not in also and (strict or name.startswith("voice.")):
                    yield f"{place} has an undeclared attribute {name}"
            elif not _is_of_type(declared, value):
                yield f"{place}: {name} is {value!r}, declared as {declared.type}"
            else:
                self.emitted.attributes.add(name)


def _rendered(pattern: str, attributes: Mapping[str, Any]) -> str:
    """The name a span of this pattern must have; a part whose attribute is absent is left out."""
    for part, attribute in PARTS.items():
        pattern = pattern.replace("{" + part + "}", str(attributes.get(attribute, "")))
    return pattern.strip()


def _is_of_type(declared: Attribute, value: Any) -> bool:
    if isinstance(value, bool) and declared.type != "boolean":
        return False
    if isinstance(value, (tuple, list)):
        return declared.type == "string[]" and all(isinstance(item, str) for item in value)
    return isinstance(value, TYPES[declared.type])


def _fail(problems: Iterable[str]) -> None:
    unique = list(dict.fromkeys(problems))
    assert not unique, "not as the schema declares:\n  " + "\n  ".join(unique)


SCHEMA = load()
EMITTED = Emitted()
"""What this test session saw."""

_checker = Checker(SCHEMA, EMITTED)


def check_spans(spans: Iterable[Any], also: Iterable[str] = ()) -> None:
    """Check spans of the SDK (ReadableSpan)."""
    _checker.spans(spans_of(spans), also)


def check_metrics(metrics_data: Any) -> None:
    """Check what a metric reader collected (MetricsData, or None when there was nothing)."""
    _checker.metrics(metrics_of(metrics_data))


def check_logs(records: Iterable[Any], also: Iterable[str] = ()) -> None:
    """Check log records of the SDK (ReadableLogRecord)."""
    _checker.logs(logs_of(records), also)


def check_sink(sink: Any, also: Iterable[str] = ()) -> None:
    """Check everything that arrived over OTLP at a tests.distro.sink.Sink."""
    also = tuple(also)
    _checker.spans(spans_of(sink.spans()), also)
    _checker.metrics(points_of_sink(sink.points()))
    _checker.logs(logs_of(sink.logs()), also)
