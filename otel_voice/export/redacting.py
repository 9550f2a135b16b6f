"""Spans, metrics and log records with nothing private in them, as copies: what the program holds does not change.

What has nothing private in it is handed on as the same object. What cannot be looked through is left out.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from opentelemetry._logs import LogRecord
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.metrics.export import Metric, MetricsData, ResourceMetrics, ScopeMetrics
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, Status, TraceState

from otel_voice.privacy import process, unchecked
from otel_voice.privacy.values import Values

_log = logging.getLogger(__name__)

_MANY = 256

T = TypeVar("T")


def spans(batch: Iterable[ReadableSpan]) -> Sequence[ReadableSpan]:
    """The spans of one export."""
    return _each("span", _current().span, batch)


def log_records(batch: Iterable[ReadableLogRecord]) -> Sequence[ReadableLogRecord]:
    """The log records of one export."""
    return _each("log_record", _current().log_record, batch)


def metrics(data: MetricsData) -> MetricsData:
    """The metrics of one collection."""
    return MetricsData(_each("metric", _current().resource_metrics, data.resource_metrics))


left_out = 0
"""Spans, log records and metrics that could not be looked through, and were not exported."""


def _each(what: unchecked.What, redact: Callable[[T], T], items: Iterable[T]) -> list[T]:
    kept = []
    for item in items:
        try:
            kept.append(redact(item))
        except Exception as error:  # noqa: BLE001 - what could not be looked through must not leave
            _leave_out(what, item, error)
    return kept


def _leave_out(what: unchecked.What, item: object, error: Exception) -> None:
    """Told once, without the error's message, which may quote what is private."""
    global left_out
    left_out += 1
    unchecked.tell(what, error)
    if left_out == 1:
        kind, why = type(item).__name__, type(error).__name__
        _log.warning("otel_voice: a %s could not be redacted and was left out: %s", kind, why)


class _Redacting:
    """One policy at work on what the SDK exports."""

    def __init__(self, values: Values) -> None:
        self.values = values
        # Labels stay apart: two series that became one would be refused as duplicates.
        self._labels = Values(values.redactor.of_ids)
        self._text = values.redactor.text
        # By identity: a process has few, and to compare resources takes longer than to redact them.
        self._known: dict[int, tuple[object, Any]] = {}

    def span(self, span: ReadableSpan) -> ReadableSpan:
        given = span.attributes or {}
        attributes = self.values.attributes(given)
        before = (span.name, span.context, span.status, span.resource, span.instrumentation_scope)
        after = (
            self._text(span.name),
            self._context(span.context),
            self._status(span.status),
            self._resource(span.resource),
            self._scope(span.instrumentation_scope),
        )
        events, links = _all(self._event, span.events), _all(self._link, span.links)
        if attributes is given and events is None and links is None and _same(before, after):
            return span
        name, context, status, resource, scope = after
        return ReadableSpan(
            name=name,
            context=context,
            parent=span.parent,
            resource=resource,
            attributes=_counted(attributes, span.dropped_attributes),
            events=_listed(span.events if events is None else events, span.dropped_events),
            links=_listed(span.links if links is None else links, span.dropped_links),
            kind=span.kind,
            status=status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=scope,
        )

    def log_record(self, record: ReadableLogRecord) -> ReadableLogRecord:
        said = record.log_record
        before = (said.body, said.attributes, said.event_name, said.severity_text)
        after = (
            self.values.value(said.body),
            self.values.attributes(said.attributes) if said.attributes else said.attributes,
            self._optional(said.event_name),
            self._optional(said.severity_text),
        )
        resource, scope = self._resource(record.resource), self._scope(record.instrumentation_scope)
        if _same(before, after) and resource is record.resource and scope is record.instrumentation_scope:
            return record
        said = copy.copy(said)
        said.body, said.attributes, said.event_name, said.severity_text = after
        return _LogRecord(said, resource, scope, record)

    def resource_metrics(self, each: ResourceMetrics) -> ResourceMetrics:
        scopes = [
            ScopeMetrics(
                self._scope(scoped.scope) or scoped.scope,
                _each("metric", self._metric, scoped.metrics),
                scoped.schema_url,
            )
            for scoped in each.scope_metrics
        ]
        return ResourceMetrics(self._resource(each.resource), scopes, each.schema_url)

    def _metric(self, metric: Metric) -> Metric:
        points = _all(self._point, metric.data.data_points)
        name, description, unit = (
            self._text(metric.name),
            self._optional(metric.description),
            self._optional(metric.unit),
        )
        if points is None and name is metric.name and description is metric.description and unit is metric.unit:
            return metric
        data = metric.data if points is None else replace(metric.data, data_points=points)  # type: ignore[arg-type]
        return Metric(name, description, unit, data)

    def _point(self, point: Any) -> Any:
        given = point.attributes or {}
        attributes = self._labels.attributes(given)
        exemplars = _all(self._exemplar, point.exemplars)
        if attributes is given and exemplars is None:
            return point
        return replace(point, attributes=attributes, exemplars=point.exemplars if exemplars is None else exemplars)

    def _exemplar(self, exemplar: Any) -> Any:
        given = exemplar.filtered_attributes or {}
        attributes = self.values.attributes(given)
        return exemplar if attributes is given else replace(exemplar, filtered_attributes=attributes)

    def _event(self, event: Event) -> Event:
        name, given = self._text(event.name), event.attributes or {}
        attributes = self.values.attributes(given)
        if name is event.name and attributes is given:
            return event
        return Event(name, _counted(attributes, event.dropped_attributes), event.timestamp)

    def _link(self, link: Link) -> Link:
        context, given = self._context(link.context), link.attributes or {}
        attributes = self.values.attributes(given)
        if context is link.context and attributes is given:
            return link
        return Link(context, _counted(attributes, link.dropped_attributes))

    def _status(self, status: Status) -> Status:
        description = self._optional(status.description)
        return status if description is status.description else Status(status.status_code, description)

    def _context(self, context: Any) -> Any:
        if context is None or not context.trace_state:
            return context
        state = [(key, self._text(value)) for key, value in context.trace_state.items()]
        if all(value is context.trace_state[key] for key, value in state):
            return context
        return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags, TraceState(state))

    def _resource(self, resource: Any) -> Any:
        return self._once(resource, self._new_resource)

    def _new_resource(self, resource: Resource) -> Resource:
        given = resource.attributes
        attributes = self.values.attributes(given)
        return resource if attributes is given else Resource(dict(attributes), resource.schema_url)

    def _scope(self, scope: Any) -> Any:
        return None if scope is None else self._once(scope, self._new_scope)

    def _new_scope(self, scope: InstrumentationScope) -> InstrumentationScope:
        name, version, given = self._text(scope.name), self._optional(scope.version), scope.attributes or {}
        attributes = self.values.attributes(given)
        if name is scope.name and version is scope.version and attributes is given:
            return scope
        return InstrumentationScope(name, version, scope.schema_url, dict(attributes))

    def _once(self, original: T, redact: Callable[[T], T]) -> T:
        """Remembered with the original, which must live as long as its identity is a key."""
        known = self._known.get(id(original))
        if known is None or known[0] is not original:
            if len(self._known) > _MANY:
                self._known.clear()
            known = self._known[id(original)] = (original, redact(original))
        result: T = known[1]
        return result

    def _optional(self, text: Any) -> Any:
        return text if text is None else self._text(text)


class _LogRecord(ReadableLogRecord):
    """A log record with nothing private in it, and the count of attributes that the SDK's limits took."""

    _dropped: int

    def __init__(
        self, said: LogRecord, resource: Resource, scope: InstrumentationScope | None, of: ReadableLogRecord
    ) -> None:
        super().__init__(said, resource, scope, of.limits)
        object.__setattr__(self, "_dropped", of.dropped_attributes)

    @property
    def dropped_attributes(self) -> int:
        """As the record told that this one stands for."""
        return self._dropped


def _all(redact: Callable[[T], T], items: Sequence[T]) -> list[T] | None:
    """All of them, or None where nothing was private."""
    redacted = [redact(item) for item in items]
    return None if _same(items, redacted) else redacted


def _same(before: Iterable[object], after: Iterable[object]) -> bool:
    return all(old is new for old, new in zip(before, after, strict=True))


def _counted(attributes: Mapping[str, Any], dropped: int) -> Mapping[str, Any]:
    """The attributes with the count of those that the SDK's limits took."""
    if not dropped:
        return attributes
    counted = BoundedAttributes(attributes=attributes)
    counted.dropped = dropped
    return counted


def _listed(items: Sequence[T], dropped: int) -> Sequence[T]:
    if not dropped:
        return items
    counted = BoundedList.from_seq(len(items), items)
    counted.dropped = dropped
    listed: Sequence[T] = counted
    return listed


_redacting: _Redacting | None = None


def _current() -> _Redacting:
    """Made anew when the process has chosen another policy."""
    global _redacting
    values = process.values()
    if _redacting is None or _redacting.values is not values:
        _redacting = _Redacting(values)
    return _redacting
