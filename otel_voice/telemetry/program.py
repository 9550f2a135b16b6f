"""What a program says in its own words: events with the metrics derived from them, and spans around its own work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.metrics import Meter
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from otel_voice.conversations.model import Conversation
from otel_voice.observation import clock
from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import Attributes, of_place
from otel_voice.telemetry.bounds import Labels
from otel_voice.telemetry.catalogue import CATALOGUE, VALUES
from otel_voice.telemetry.instruments import recording

Kind = SpanKind
INTERNAL, CLIENT = Kind.INTERNAL, Kind.CLIENT

THEIRS = names.Event("INFO", "app", ())
"""How an event is written that the catalogue does not have."""


class Program:
    """The events, metrics and spans of one set of providers. Values are clean when they come here."""

    def __init__(self, tracer: Tracer, meter: Meter, ours: Logger, theirs: Logger) -> None:
        self._tracer = tracer
        self._meter = meter
        self._ours = ours
        self._theirs = theirs
        self._instruments: dict[str, tuple[Callable[..., None], Labels]] = {}

    def event(self, name: str, body: str, attributes: Mapping[str, Any], context: Context, severity: str = "") -> None:
        """An event of the catalogue, and what is derived from it."""
        self._emit(self._ours, name, names.EVENTS[name], body, attributes, context, severity)
        for metric, value in CATALOGUE[name].metrics.items():
            amount = _amount(value, attributes) if value else 1
            if amount is not None:
                self.measure(metric, amount, attributes, context)

    def theirs(self, name: str, body: str, attributes: Mapping[str, Any], context: Context) -> None:
        """An event that the catalogue does not have."""
        self._emit(self._theirs, name, THEIRS, body, attributes, context)

    def measure(self, metric: str, amount: float, attributes: Mapping[str, Any], context: Context) -> None:
        """A value of a metric; its labels are those of the attributes that it has, bounded."""
        known = self._instruments.get(metric)
        if known is None:
            made = recording(self._meter, metric), Labels(names.METRICS[metric].labels)
            known = self._instruments.setdefault(metric, made)
        record, labels = known
        if amount >= 0:  # what the instruments take; the event says the rest
            record(amount, labels.of(attributes), context)

    def start(self, name: str, kind: SpanKind, attributes: Attributes, conversation: Conversation | None) -> Span:
        """Start a span in its conversation; it is not made current."""
        if conversation is not None:
            attributes = {**of_place(conversation, conversation.turn), **attributes}
        return self._tracer.start_span(name, _parent(conversation), kind, attributes)

    @staticmethod
    def fail(span: Span, error_type: str, description: str) -> None:
        """What the span is around failed."""
        if span.is_recording():
            span.set_attribute(names.ERROR_TYPE, error_type)
            span.set_status(Status(StatusCode.ERROR, description))

    @staticmethod
    def _emit(
        logger: Logger,
        name: str,
        declared: names.Event,
        body: str,
        attributes: Mapping[str, Any],
        context: Context,
        severity: str = "",
    ) -> None:
        severity = severity or declared.severity
        logger.emit(
            LogRecord(
                timestamp=clock.unix(),
                context=context,
                severity_number=SeverityNumber[severity],
                severity_text=severity,
                body=body,
                attributes={**attributes, names.VOICE_LOG_CATEGORY: declared.category},
                event_name=name,
            )
        )


def _amount(attribute: str, attributes: Mapping[str, Any]) -> float | None:
    """What a metric takes of an attribute: a number, or the place of a word among those that are declared."""
    given: Any = attributes.get(attribute)
    declared = VALUES.get(attribute)
    if declared is not None:
        return declared.index(given) if given in declared else None
    number: float | None = given
    return number


def current_trace() -> int:
    """The trace of the span that is current; 0 without one."""
    return trace.get_current_span().get_span_context().trace_id


def mark_failed(conversation: Conversation | None, error_type: str, description: str) -> None:
    """The span that is current failed, unless it is the conversation or the turn, which tell it by themselves."""
    span = trace.get_current_span()
    places = (conversation, conversation.turn) if conversation is not None else ()
    if all(place is None or place.handle.span is not span for place in places):
        Program.fail(span, error_type, description)


def here(trace_id: int = 0, span_id: int = 0) -> Context:
    """The current context, in the trace of the conversation where no span is current."""
    context = otel_context.get_current()
    if not trace_id or trace.get_current_span(context).get_span_context().is_valid:
        return context
    span = SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(span), context)


def _parent(conversation: Conversation | None) -> Context | None:
    """The turn, else the conversation; or the program's own span, when it has put one around. None: what is current."""
    if conversation is None:
        return None
    told = (conversation.turn or conversation).handle
    root = conversation.handle
    current = trace.get_current_span().get_span_context()
    if current.is_valid and current.span_id not in (root.outer, root.span.get_span_context().span_id):
        return None
    return set_span_in_context(told.span)
