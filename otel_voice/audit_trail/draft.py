"""A record before it is in a chain: who did what to whom, when, and in which conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry.trace import format_span_id, format_trace_id, get_current_span

from otel_voice.audit_trail import values
from otel_voice.audit_trail.catalogue import Category, full_name
from otel_voice.audit_trail.moments import iso
from otel_voice.logs import context
from otel_voice.observation import clock

_EVENT_LENGTH = 128


@dataclass(frozen=True)
class Draft:
    """What the program said."""

    category: Category
    event: object
    actor: object
    subject: object
    fields: Mapping[str, object]

    def content(self) -> dict[str, Any]:
        """Everything that is chained, redacted. What cannot be read is told in its place; this never raises."""
        known = context.current()
        found = {
            "time": iso(clock.unix()),
            "category": self.category,
            "event": full_name(self.category, values.text(self.event, _EVENT_LENGTH)),
            "actor": values.identifier(self.actor),
            "subject": values.identifier(self.subject),
            "fields": values.fields(self.fields),
            "context": values.fields(known.attributes) if known is not None else None,
            "trace": _trace(known),
        }
        return {name: value for name, value in found.items() if value}


def _trace(known: context.LogContext | None) -> str | None:
    """Trace id and span id in one: a span id of digits alone would be taken for the number of a card."""
    span = get_current_span().get_span_context()
    if span.is_valid:
        return format_trace_id(span.trace_id) + format_span_id(span.span_id)
    if known is not None and known.trace_id:
        return format_trace_id(known.trace_id) + format_span_id(known.span_id)
    return None
