"""One record of the logging module as one OpenTelemetry log record, with nothing secret in it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context, get_current
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, get_current_span, set_span_in_context

from otel_voice.logs import context
from otel_voice.telemetry import names

Redact = Callable[[str], str]

CATEGORIES = frozenset(("app", "access", "error", "security", "audit", "performance"))

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# What the official instrumentation writes for formatters; the record has it as its trace context.
_CORRELATION = {"otelTraceID", "otelSpanID", "otelTraceSampled", "otelServiceName"}
_NOT_EXTRA = _STANDARD | _CORRELATION | {"otel.event.name", "event.name"}

_SEVERITY_TEXT = {"WARNING": "WARN", "CRITICAL": "FATAL"}
_DEPTH = 4
_PLAIN = frozenset((bool, int, float, type(None)))
_BINARY = (bytes, bytearray, memoryview)
_MANY = (Sequence, set, frozenset)


def translate(record: logging.LogRecord, redact: Redact) -> LogRecord:
    """Everything the record says: body, severity, source, exception and extras, redacted."""
    known = context.current()
    return LogRecord(
        timestamp=int(record.created * 1e9),
        context=_trace_context(known),
        severity_number=severity(record.levelno),
        severity_text=_SEVERITY_TEXT.get(record.levelname, record.levelname),
        body=redact(_message(record)),
        attributes=_attributes(record, known, redact),
        event_name=_event_name(record),
    )


def severity(level: int) -> SeverityNumber:
    """DEBUG is 5, INFO 9, WARNING 13, ERROR 17, CRITICAL 21; each level between them one more, up to 3."""
    if level < logging.DEBUG:
        return SeverityNumber.UNSPECIFIED
    tens, rest = divmod(min(level, logging.CRITICAL + 3), 10)
    return SeverityNumber(tens * 4 + 1 + min(rest, 3))


def _message(record: logging.LogRecord) -> str:
    """The program's own handlers complain about a message that does not fit its arguments."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - the arguments are the program's objects and may do anything
        return _text(record.msg)


def _event_name(record: logging.LogRecord) -> str | None:
    name = vars(record).get("otel.event.name") or vars(record).get("event.name")
    return str(name) if name else None


def _trace_context(known: context.LogContext | None) -> Context:
    """The span that is current, else the trace of the conversation."""
    here = get_current()
    if known is None or not known.trace_id or get_current_span(here).get_span_context().is_valid:
        return here
    span = SpanContext(known.trace_id, known.span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(span), here)


def _attributes(record: logging.LogRecord, known: context.LogContext | None, redact: Redact) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "code.file.path": record.pathname,
        "code.function.name": record.funcName,
        "code.line.number": record.lineno,
    }
    if known is not None:
        attributes.update(known.attributes)
    for key, value in vars(record).items():
        if key not in _NOT_EXTRA and value is not None:
            attributes[key] = _clean(value, redact)
    if record.exc_info:
        attributes.update(_exception(record.exc_info, redact))
    attributes[names.VOICE_LOG_CATEGORY] = _category(record)
    return attributes


def _category(record: logging.LogRecord) -> str:
    asked = vars(record).get(names.VOICE_LOG_CATEGORY)
    if isinstance(asked, str) and asked in CATEGORIES:
        return asked
    return "error" if record.levelno >= logging.ERROR else "app"


def _exception(
    info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None], redact: Redact
) -> dict[str, str]:
    kind, error, _ = info
    if kind is None or error is None:
        return {}
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return {
        names.EXCEPTION_TYPE: name,
        names.EXCEPTION_MESSAGE: redact(_text(error)),
        names.EXCEPTION_STACKTRACE: redact("".join(traceback.format_exception(*info))),
    }


def _clean(value: object, redact: Redact, depth: int = _DEPTH) -> Any:
    """What OTLP can carry: the containers as they are, to a few levels, anything else as text."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, _BINARY):
        return f"<{len(value)} bytes>"
    if depth and isinstance(value, Mapping):
        return {redact(_text(key)): _clean(item, redact, depth - 1) for key, item in value.items()}
    if depth and isinstance(value, _MANY):
        return [_clean(item, redact, depth - 1) for item in value]
    return redact(_text(value))


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - __str__ is the program's code
        return f"<{type(value).__name__}>"
