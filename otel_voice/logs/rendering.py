"""A record as a line: JSON for machines, or readable. Both say what was exported, hence nothing secret."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from otel_voice.logs.intake import Told
from otel_voice.telemetry import names

_FIELDS = {
    names.VOICE_TURN_ID: "turn_id",
    names.SESSION_ID: "session_id",
    names.USER_ID: "user_id",
    names.VOICE_CORRELATION_ID: "correlation_id",
    names.VOICE_LOG_CATEGORY: "category",
    names.CODE_FILE_PATH: "file",
    names.CODE_FUNCTION_NAME: "function",
    names.CODE_LINE_NUMBER: "line",
}
_ERROR = {
    names.EXCEPTION_TYPE: "type",
    names.EXCEPTION_MESSAGE: "message",
    names.EXCEPTION_STACKTRACE: "stack",
}
_ELSEWHERE = {
    *_FIELDS,
    *_ERROR,
    names.VOICE_COMPONENT,
    names.VOICE_CONVERSATION_ID,
    names.GEN_AI_CONVERSATION_ID,
    names.VOICE_TURN_INDEX,
}
_LEVELS = {"WARN": "WARNING", "FATAL": "CRITICAL"}
_COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}


class JsonLines:
    """One JSON object a line, with the same fields everywhere; a field that is not known is left out."""

    def __init__(self, resource: Mapping[str, Any]) -> None:
        self._service = resource.get("service.name")
        self._environment = resource.get("deployment.environment.name", resource.get("deployment.environment"))

    def line(self, told: Told, stream: object = None) -> str:
        """The record as one line, without its end."""
        return json.dumps(_strict(self.fields(told)), ensure_ascii=False, separators=(",", ":"), default=str)

    def fields(self, told: Told) -> dict[str, Any]:
        """What the line says, by name."""
        record, attributes = told.record, told.record.attributes or {}
        fields = {
            "timestamp": _when(record.timestamp).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "level": level_of(told),
            "logger": told.logger,
            "service": self._service,
            "environment": self._environment,
            "component": attributes.get(names.VOICE_COMPONENT, told.logger.partition(".")[0]),
            "message": record.body,
            "event": record.event_name,
            "trace_id": f"{record.trace_id:032x}" if record.trace_id else None,
            "span_id": f"{record.span_id:016x}" if record.span_id else None,
            "conversation_id": attributes.get(names.VOICE_CONVERSATION_ID),
            **{field: attributes.get(name) for name, field in _FIELDS.items()},
            "extra": extra_of(attributes),
            "error": {field: attributes[name] for name, field in _ERROR.items() if name in attributes} or None,
        }
        return {name: value for name, value in fields.items() if value not in (None, {})}


class Readable:
    """One line for a person, and the stack of an exception below it; in colour on a terminal."""

    def __init__(self, *, colour: bool = True) -> None:
        self._colour = colour

    def line(self, told: Told, stream: object = None) -> str:
        """The record as text, without its last end of line."""
        attributes = told.record.attributes or {}
        level = level_of(told)
        parts = [
            self._in("2", f"{_when(told.record.timestamp).astimezone():%Y-%m-%d %H:%M:%S.%f}"[:-3], stream),
            self._in(_COLOURS.get(level, "0"), f"{level:<8}", stream),
            self._in("36", told.logger, stream),
            str(told.record.body),
            *(self._in("2", f"{key}={value}", stream) for key, value in _aside(attributes)),
        ]
        stack = attributes.get(names.EXCEPTION_STACKTRACE)
        return " ".join(parts) + (f"\n{stack}".rstrip() if stack else "")

    def _in(self, code: str, text: str, stream: object) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and _is_terminal(stream) else text


def level_of(told: Told) -> str:
    """The level as the logging module calls it."""
    text = told.record.severity_text or ""
    return _LEVELS.get(text, text)


def extra_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What has no field of its own."""
    return {key: value for key, value in attributes.items() if key not in _ELSEWHERE}


def _aside(attributes: Mapping[str, Any]) -> list[tuple[str, Any]]:
    ids = [("conversation", names.VOICE_CONVERSATION_ID), ("turn", names.VOICE_TURN_INDEX)]
    known = [(label, attributes[name]) for label, name in ids if name in attributes]
    return [*extra_of(attributes).items(), *known]


def _when(timestamp: int | None) -> datetime:
    return datetime.fromtimestamp((timestamp or 0) / 1e9, timezone.utc)


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except Exception:  # noqa: BLE001 - a stream is the program's object, and may be closed
        return False


def _strict(value: Any) -> Any:
    """NaN and infinity are no JSON: their names are."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _strict(item) for key, item in value.items()}
    return [_strict(item) for item in value] if isinstance(value, (list, tuple)) else value
