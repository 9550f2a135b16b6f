"""One record of the logging module as one OpenTelemetry log record, with nothing secret in it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context, get_current
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, get_current_span, set_span_in_context

from otel_voice.logs import access, context
from otel_voice.logs.values import NAMELESS, Redact, clean, encodable, text_of, told
from otel_voice.telemetry import names

CATEGORIES = frozenset(("app", "access", "error", "security", "audit", "performance"))

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# What the official instrumentation writes for formatters; the record has it as its trace context.
_CORRELATION = {"otelTraceID", "otelSpanID", "otelTraceSampled", "otelServiceName"}
# What structlog's own formatter finds its way by.
_STRUCTLOG = {"_logger", "_name", "_from_structlog", "_record"}
_NOT_EXTRA = _STANDARD | _CORRELATION | _STRUCTLOG | {"otel.event.name", "event.name"}
_RENAMED = {"component": names.VOICE_COMPONENT, "correlation_id": names.VOICE_CORRELATION_ID, "": NAMELESS}
# Whatever a program gives for them, an id that is a number included.
_TEXTS = {names.VOICE_COMPONENT, names.VOICE_CORRELATION_ID, names.VOICE_CONVERSATION_ID, names.VOICE_TURN_ID}
_TEXTS |= {names.SESSION_ID, names.USER_ID, names.EXCEPTION_TYPE, names.EXCEPTION_MESSAGE, names.EXCEPTION_STACKTRACE}

_SEVERITY_TEXT = {"WARNING": "WARN", "CRITICAL": "FATAL"}


def translate(record: logging.LogRecord, redact: Redact, extra: Mapping[str, Any] | None = None) -> LogRecord:
    """Everything the record says: body, severity, source, exception and extras, redacted.

    `extra` is what it says beside its message, where that is not on the record itself.
    """
    known = context.current()
    return LogRecord(
        timestamp=int(record.created * 1e9),
        context=_trace_context(known),
        severity_number=severity(record.levelno),
        severity_text=_SEVERITY_TEXT.get(record.levelname) or _known(record.levelname),
        body=told(_message(record), redact),
        attributes=_attributes(record, known, own_extra(record) if extra is None else extra, redact),
        event_name=_event_name(record, redact),
    )


_known = lru_cache(maxsize=4096)(encodable)
"""For texts of the code itself, which are few: levels, and places, whose paths need not be UTF-8."""


@lru_cache(maxsize=256)
def severity(level: int) -> SeverityNumber:
    """DEBUG is 5, INFO 9, WARNING 13, ERROR 17, CRITICAL 21; each level between them one more, up to 3.

    5 and what follows it is what others call TRACE; below there is no word.
    """
    if level < logging.DEBUG:
        return SeverityNumber.TRACE if level >= logging.DEBUG // 2 else SeverityNumber.UNSPECIFIED
    tens, rest = divmod(min(level, logging.CRITICAL + 3), 10)
    return SeverityNumber(tens * 4 + 1 + min(rest, 3))


def category(record: logging.LogRecord) -> str:
    """The category that the record asks for, else by its logger and level."""
    asked = vars(record).get(names.VOICE_LOG_CATEGORY)
    if isinstance(asked, str) and asked in CATEGORIES:
        return asked
    if record.name in access.LOGGERS:
        return "access"
    return "error" if record.levelno >= logging.ERROR else "app"


def own_extra(record: logging.LogRecord) -> dict[str, Any]:
    """What was given to the record as `extra`."""
    return {key: value for key, value in vars(record).items() if key not in _NOT_EXTRA}


def _message(record: logging.LogRecord) -> str:
    """The program's own handlers complain about a message that does not fit its arguments."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - the arguments are the program's objects and may do anything
        return text_of(record.msg)


def _event_name(record: logging.LogRecord, redact: Redact) -> str | None:
    name = vars(record).get("otel.event.name") or vars(record).get("event.name")
    return told(text_of(name), redact) if name else None


def _trace_context(known: context.LogContext | None) -> Context:
    """The span that is current, else the trace of the conversation."""
    here = get_current()
    if known is None or not known.trace_id or get_current_span(here).get_span_context().is_valid:
        return here
    return set_span_in_context(_span(known.trace_id, known.span_id), here)


@lru_cache(maxsize=256)  # a conversation's records are many, and its spans few
def _span(trace_id: int, span_id: int) -> NonRecordingSpan:
    sampled = TraceFlags(TraceFlags.SAMPLED)
    return NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=False, trace_flags=sampled))


def _attributes(
    record: logging.LogRecord, known: context.LogContext | None, extra: Mapping[str, Any], redact: Redact
) -> dict[str, Any]:
    attributes: dict[str, Any] = dict(known.attributes) if known is not None else {}
    if (component := context.component.get()) is not None:
        attributes[names.VOICE_COMPONENT] = component
    for key, value in extra.items():
        if value is not None:
            name = _RENAMED.get(key) or told(key if type(key) is str else text_of(key), redact)
            attributes[name] = told(text_of(value), redact) if name in _TEXTS else clean(value, redact)
    attributes[names.CODE_FILE_PATH] = _known(record.pathname)
    attributes[names.CODE_LINE_NUMBER] = record.lineno
    if record.funcName:
        attributes[names.CODE_FUNCTION_NAME] = _known(record.funcName)
    if record.exc_info:
        attributes.update(_exception(record.exc_info, redact))
    if record.stack_info:
        attributes[names.CODE_STACKTRACE] = told(record.stack_info, redact)
    kind = _given(extra) or category(record)
    if record.name in access.LOGGERS:
        attributes.update((key, clean(value, redact)) for key, value in access.attributes(record).items())
    attributes[names.VOICE_LOG_CATEGORY] = kind
    return attributes


def _given(extra: Mapping[str, Any]) -> str | None:
    """The category among the extras of a library whose records do not carry them."""
    asked = extra.get(names.VOICE_LOG_CATEGORY)
    return asked if isinstance(asked, str) and asked in CATEGORIES else None


def _exception(info: Any, redact: Redact) -> dict[str, str]:
    kind, error, _ = info if isinstance(info, tuple) and len(info) == 3 else (None, None, None)
    if kind is None or error is None:
        return {}
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return {
        names.EXCEPTION_TYPE: name,
        names.EXCEPTION_MESSAGE: told(text_of(error), redact),
        names.EXCEPTION_STACKTRACE: told(_stack(info), redact),
    }


def _stack(info: Any) -> str:
    try:
        return "".join(traceback.format_exception(*info))
    except Exception as error:  # noqa: BLE001 - an exception is the program's object and may do anything
        return f"<the stack cannot be shown: {type(error).__name__}>"
