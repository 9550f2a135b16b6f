"""Where audit records are sent: to the very exporters that the program's other log records go to.

They are asked directly and not through their processor's queue, which drops what does not fit and cannot say what
arrived.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from opentelemetry._logs import LogRecord, SeverityNumber, get_logger_provider
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, Context, attach, detach, set_value
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from otel_voice.audit_trail.catalogue import Category, severity
from otel_voice.audit_trail.chain import Sealed
from otel_voice.audit_trail.moments import nanoseconds
from otel_voice.telemetry import names, redaction

SCOPE = "otel_voice"

_log = logging.getLogger(__name__)


class Exporter(Protocol):
    """The SDK's LogRecordExporter."""

    def export(self, batch: Sequence[Any]) -> Any:
        """Send the records; SUCCESS of the result's enumeration is what counts as sent."""


class Destination:
    """The exporters of a logger provider. With several of them a record is sent when all have taken it."""

    def __init__(self, exporters: Sequence[Exporter], provider: Any) -> None:
        self._exporters = exporters
        self._provider = provider

    def send(self, records: Sequence[Sealed], resource: Mapping[str, Any]) -> bool:
        """Whether every exporter said success. Blocks as long as they do; never raises."""
        token = attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        try:
            batch = [self._readable(record, resource) for record in records]
            # All are asked first: one that fails does not keep the next from getting them.
            results = [exporter.export(batch) for exporter in self._exporters]
            return all(map(_succeeded, results))
        except Exception as error:  # noqa: BLE001 - an exporter of the program may raise anything
            _log.warning("otel_voice: audit records were not sent: %s: %s", type(error).__name__, error)
            return False
        finally:
            detach(token)

    def _readable(self, record: Sealed, resource: Mapping[str, Any]) -> Any:
        return ReadableLogRecord(
            log_record=log_record(record),
            resource=Resource(resource) if resource else self._provider.resource,
            instrumentation_scope=InstrumentationScope(SCOPE),
        )


def current() -> Destination | None:
    """The exporters of the global logger provider; None while there is none that can be seen."""
    provider: Any = get_logger_provider()
    exporters = list(_exporters_of(provider))
    return Destination(exporters, provider) if exporters else None


def resource() -> dict[str, Any]:
    """The attributes of the resource that records are made under now, redacted: they are written down with them."""
    found = getattr(getattr(get_logger_provider(), "resource", None), "attributes", None)
    return dict(redaction.attributes(found)) if isinstance(found, Mapping) else {}


def log_record(record: Sealed) -> LogRecord:
    """The record as OpenTelemetry's: the line is the body, and what one searches by is repeated as attributes."""
    content = record.content
    category: Category = "security" if content.get("category") == "security" else "audit"
    event = str(content.get("event"))
    level = severity(category, event)
    attributes = {
        **_mapping(content.get("context")),
        names.VOICE_LOG_CATEGORY: category,
        names.VOICE_AUDIT_STREAM: record.stream,
        names.VOICE_AUDIT_SEQUENCE: record.sequence,
        names.VOICE_AUDIT_PREVIOUS_HASH: record.previous,
        names.VOICE_AUDIT_HASH: record.hash,
        names.VOICE_AUDIT_ACTOR: content.get("actor"),
        names.VOICE_AUDIT_SUBJECT: content.get("subject"),
    }
    return LogRecord(
        timestamp=nanoseconds(str(content.get("time"))),
        context=_span_context(str(content.get("trace", ""))),
        severity_number=SeverityNumber[level],
        severity_text=level,
        body=record.line,
        attributes={name: value for name, value in attributes.items() if value is not None},
        event_name=event,
    )


def _span_context(trace: str) -> Context | None:
    try:
        trace_id, span_id = int(trace[:32], 16), int(trace[32:48], 16)
    except ValueError:
        return None
    span = SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(span), Context())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _exporters_of(provider: Any) -> Iterator[Exporter]:
    """The SDK has no public way to them; what cannot be seen is not used."""
    processors = getattr(getattr(provider, "_multi_log_record_processor", None), "_log_record_processors", ())
    for processor in processors:
        inner = getattr(processor, "_batch_processor", processor)
        exporter = getattr(inner, "_exporter", None)
        if exporter is not None and not any(getattr(each, "_shutdown", False) for each in (inner, exporter)):
            yield exporter


def _succeeded(result: Any) -> bool:
    return getattr(result, "name", "") == "SUCCESS"
