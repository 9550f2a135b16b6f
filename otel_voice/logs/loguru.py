"""loguru's records, seen beside its sinks: no sink is added, so that none can be listed, counted or removed.

`Logger._log` is given a core which is the logger's own with one more handler. A record that no sink of the program
wants is made for us alone, and whatever goes wrong on the way then is ours.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from otel_voice.logs import relays
from otel_voice.logs.intake import Intake
from otel_voice.logs.replacements import Replacements

_log = logging.getLogger("otel_voice.logs")

_KNOWN = ("self", "level", "from_decorator", "options", "message", "args", "kwargs")
_DEPTH = 1
"""Where loguru finds how many frames there are between it and its caller."""


class LoguruBridge:
    """Exports what loguru is told, into `intake`."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._replaced = Replacements()

    def install(self, loguru: ModuleType) -> None:
        """Begin to export; where loguru is built in another way than is known, tell so and leave it alone."""
        logger, sinks = _parts(loguru)
        if logger is None:
            _log.warning(
                "otel_voice: loguru %s is built in a way that is not known; its records are not exported.",
                getattr(loguru, "__version__", "?"),
            )
            return
        relays.follow()
        self._replaced.replace(logger, "_log", self._overhearing)
        for sink in sinks:
            self._replaced.replace(sink, "write", _remembering)

    def uninstall(self) -> None:
        """Put back what install() replaced."""
        self._replaced.put_back()

    def _overhearing(self, original: Callable[..., None]) -> Callable[..., None]:
        def _log(
            self: Any, level: Any, from_decorator: Any, options: Any, message: Any, args: Any, kwargs: Any
        ) -> None:
            core = self._core
            options = (options[0], options[_DEPTH] + 1, *options[2:])  # this frame is one more
            number = _number(core, level)
            if number is None or number < bridge._intake.thresholds.least:
                original(self, level, from_decorator, options, message, args, kwargs)
                return
            overhearing = _Speaker(self, core, _Listener(bridge._intake, message))
            if core.handlers and number >= core.min_level:
                original(overhearing, level, from_decorator, options, message, args, kwargs)
                return
            overhearing._core.handlers = overhearing._core.only
            try:
                original(overhearing, level, from_decorator, options, message, args, kwargs)
            except Exception:  # noqa: BLE001 - without us nothing would have been made of this message
                return

        bridge = self
        return _log


class _Listener:
    """A handler as loguru calls it."""

    __slots__ = ("_intake", "_template")

    def __init__(self, intake: Intake, template: object) -> None:
        self._intake = intake
        self._template = template

    def emit(self, record: Mapping[str, Any], *_: object) -> None:
        """Export the record, unless the standard library gave it to loguru."""
        try:
            self._emit(record)
        except Exception as error:  # noqa: BLE001 - a patcher may have put anything into the record
            self._intake.tell_failure(error)

    def _emit(self, record: Mapping[str, Any]) -> None:
        if not self._intake.wants(record["name"] or "", record["level"].no):
            return
        if not relays.comes_from_stdlib(record["message"]):
            self._intake.take(as_logged(record), record["extra"], self._template)


class _Core:
    """A core of loguru as it is, but for its handlers and what they want."""

    __slots__ = ("_core", "handlers", "only")

    min_level = -1

    def __init__(self, core: Any, listener: _Listener) -> None:
        self._core = core
        self.only = {"otel_voice": listener}
        self.handlers: Mapping[Any, Any] = {"otel_voice": listener, **core.handlers}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)


class _Speaker:
    """A logger of loguru as it is, but for its core."""

    __slots__ = ("_core", "_logger")

    def __init__(self, logger: Any, core: Any, listener: _Listener) -> None:
        self._logger = logger
        self._core = _Core(core, listener)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logger, name)


def as_logged(record: Mapping[str, Any]) -> logging.LogRecord:
    """A record of loguru as one of the logging module, without what was bound to it."""
    exception = record["exception"]
    return logging.makeLogRecord(
        {
            "name": record["name"] or "loguru",
            "levelno": record["level"].no,
            "levelname": record["level"].name,
            "pathname": record["file"].path,
            "lineno": record["line"],
            "funcName": record["function"],
            "msg": record["message"],
            "created": record["time"].timestamp(),
            "exc_info": tuple(exception) if exception else None,
        }
    )


def _remembering(original: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """A sink that may hand the message on to the standard library; also on the thread of `enqueue=True`."""

    def write(self: Any, message: Any) -> None:
        passing = relays.passing
        before, passing.loguru = passing.loguru, _said(message)
        try:
            original(self, message)
        finally:
            passing.loguru = before

    return write


def _said(message: Any) -> str | None:
    record = getattr(message, "record", None)
    return record["message"] if isinstance(record, Mapping) else None


def _number(core: Any, level: Any) -> int | None:
    """How severe a level is; None for one that loguru will refuse."""
    if isinstance(level, int):
        return level
    found = core.levels_lookup.get(level) if isinstance(level, str) else None
    return None if found is None else found[2]


def _parts(loguru: ModuleType) -> tuple[type | None, list[type]]:
    """The class of loggers, and the classes of sinks that may hand a message on; no class where it is another."""
    logger = type(getattr(loguru, "logger", None))
    log = vars(logger).get("_log")
    if log is None or tuple(inspect.signature(log).parameters) != _KNOWN:
        return None, []
    sinks = getattr(inspect.getmodule(logger), "__dict__", {})
    found = [sinks.get(name) for name in ("StandardSink", "CallableSink")]
    return logger, [sink for sink in found if isinstance(sink, type) and "write" in vars(sink)]
