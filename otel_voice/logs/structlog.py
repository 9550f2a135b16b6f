"""structlog's events, seen before the last processor makes a line of them.

What is handed to the standard library is exported there, since its levels decide; it is then known by the message it
was rendered to. Everything else is exported here.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from otel_voice.logs import relays
from otel_voice.logs.intake import Intake
from otel_voice.logs.rendered import Rendered, place_of
from otel_voice.logs.replacements import Replacements

_log = logging.getLogger("otel_voice.logs")

Render = Callable[[logging.LogRecord, Mapping[str, Any], Any], "str | None"]

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "msg": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "err": logging.ERROR,
    "error": logging.ERROR,
    "exception": logging.ERROR,
    "fatal": logging.CRITICAL,
    "critical": logging.CRITICAL,
}
# What the record says anyway, each in its own place.
_NOT_EXTRA = {"event", "level", "logger", "timestamp", "exc_info", "exception", "positional_args"}
_NOT_EXTRA |= {"_record", "_from_structlog"}


class StructlogBridge:
    """Exports what structlog is told, into `intake`; `render` may give the line that a console shows instead."""

    def __init__(self, intake: Intake, render: Render | None = None) -> None:
        self._intake = intake
        self._render = render
        self._replaced = Replacements()

    def install(self, structlog: ModuleType) -> None:
        """Begin to export; where structlog is built in another way than is known, tell so and leave it alone."""
        base = getattr(sys.modules.get("structlog._base"), "BoundLoggerBase", object)
        if not all(callable(vars(base).get(name)) for name in ("_process_event", "_proxy_to_logger")):
            _log.warning(
                "otel_voice: structlog %s is built in a way that is not known; its records are not exported.",
                getattr(structlog, "__version__", "?"),
            )
            return
        relays.follow()
        self._replaced.replace(base, "_process_event", self._overhearing)
        self._replaced.replace(base, "_proxy_to_logger", _forgetting)

    def uninstall(self) -> None:
        """Put back what install() replaced."""
        self._replaced.put_back()

    def _overhearing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def _process_event(self: Any, method_name: Any, event: Any, event_kw: Any) -> Any:
            heard: dict[str, Any] = {}
            given = dict(event_kw)
            result = original(_tapped(self, heard), method_name, event, event_kw)
            try:
                return bridge._heard(self._logger, method_name, event, given, heard, result)
            except Exception as error:  # noqa: BLE001 - a log call must not fail in the program because of us
                bridge._intake.tell_failure(error)
                return result

        bridge = self
        return _process_event

    def _heard(self, logger: Any, method: str, event: Any, given: Any, heard: Mapping[str, Any], result: Any) -> Any:
        """Export the event, or remember it for the standard library; returns what the wrapped logger is given."""
        rendered = Rendered(
            _message(result),
            str(heard.get("event", event)),
            {key: value for key, value in (heard or given).items() if key not in _NOT_EXTRA},
            _exception(method, heard, given),
            place_of(_caller(), "structlog"),
        )
        if isinstance(logger, logging.Logger):
            relays.passing.structlog = rendered
            return result
        record = _as_logged(rendered, heard, method)
        if self._intake.wants(record.name, record.levelno) and not relays.comes_from_stdlib(rendered.event):
            self._intake.take(record, rendered.extra, event)
        line = self._render(record, rendered.extra, logger) if self._render is not None else None
        return result if line is None else ((_like(result, line),), {})


def _tapped(logger: Any, heard: dict[str, Any]) -> Any:
    """The logger with a processor of ours before its last; the logger itself where it cannot be copied."""
    processors = getattr(logger, "_processors", None)
    if not isinstance(processors, (list, tuple)) or not processors or not hasattr(logger, "__dict__"):
        return logger

    def tap(_: Any, __: str, event_dict: Any) -> Any:
        if isinstance(event_dict, Mapping):
            heard.update(event_dict)
        return event_dict

    copied = object.__new__(type(logger))
    copied.__dict__.update(logger.__dict__)
    copied._processors = [*processors[:-1], tap, processors[-1]]
    return copied


def _forgetting(original: Callable[..., Any]) -> Callable[..., Any]:
    """What was remembered for the standard library is over when the call is."""

    def _proxy_to_logger(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        finally:
            relays.passing.structlog = None

    return _proxy_to_logger


def _message(result: Any) -> object:
    """The very object that the wrapped logger gets as its message."""
    args, kwargs = result
    return args[0] if args else kwargs.get("msg", kwargs.get("event"))


def _exception(method: str, heard: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    told = heard.get("exc_info") or given.get("exc_info") or (method == "exception")
    if isinstance(told, BaseException):
        return type(told), told, told.__traceback__
    if isinstance(told, tuple):
        return told
    return sys.exc_info() if told and sys.exc_info()[0] is not None else None


def _caller() -> Any:
    """Where the program logs; the asynchronous methods run elsewhere, and say so."""
    variables = sys.modules.get("structlog.contextvars")
    calling = getattr(variables, "_ASYNC_CALLING_STACK", None)
    return (calling.get(None) if calling is not None else None) or sys._getframe(1)


def _as_logged(rendered: Rendered, heard: Mapping[str, Any], method: str) -> logging.LogRecord:
    told = heard.get("level")
    level = _LEVELS.get(told.lower() if isinstance(told, str) else method, _LEVELS.get(method, logging.INFO))
    name = heard.get("logger")
    place = rendered.place
    return logging.makeLogRecord(
        {
            "name": name if isinstance(name, str) else place.module,
            "levelno": level,
            "levelname": logging.getLevelName(level),
            "pathname": place.path,
            "lineno": place.line,
            "funcName": place.function,
            "msg": rendered.event,
            "exc_info": rendered.exc_info,
        }
    )


def _like(result: Any, line: str) -> str | bytes:
    """Bytes for a logger that writes bytes."""
    return line.encode() if isinstance(_message(result), (bytes, bytearray)) else line
