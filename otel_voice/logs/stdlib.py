"""Log records of the standard library, exported with no change the program could see.

No handler is put on the root logger: one there silences Python's last resort and makes a later
basicConfig() do nothing. Each logger's own filter step is where a record is seen instead.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from opentelemetry._logs import Logger, LoggerProvider, get_logger_provider
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_value

from otel_voice.export.failures import is_about_export
from otel_voice.logs.translation import Redact, translate

_log = logging.getLogger("otel_voice.export.logs")

# How severe a record must be to be seen where nobody set a level.
PYTHONS_DEFAULT = logging.WARNING


class ExportLevel(int):
    """The root logger's level while it is ours and not the program's; the program may set its own any time."""


class StdlibBridge:
    """Exports records of at least `level`; `redact` takes secrets out of every text."""

    def __init__(
        self, redact: Redact, level: int = logging.INFO, logger_provider: LoggerProvider | None = None
    ) -> None:
        self._redact = redact
        self._level = level
        self._provider = logger_provider or get_logger_provider()
        self._emitters: dict[str, Logger] = {}
        self._busy = threading.local()
        self._installed: Callable[..., Any] | None = None
        self._previous_level = PYTHONS_DEFAULT

    def install(self) -> None:
        """Begin to export. Records below WARNING come to life; the program's own handlers do not see them."""
        if self._installed is not None:
            return
        self._installed = _patch_filter(self._see)
        root = logging.root
        if root.level == PYTHONS_DEFAULT and self._level < PYTHONS_DEFAULT:
            self._previous_level = root.level
            root.setLevel(ExportLevel(self._level))

    def uninstall(self) -> None:
        """Stop, and put back what install() changed and the program did not change since."""
        if self._installed is None:
            return
        _unpatch_filter(self._installed)
        self._installed = None
        if isinstance(logging.root.level, ExportLevel):
            logging.root.setLevel(self._previous_level)

    def _see(self, logger: logging.Logger, record: logging.LogRecord) -> bool:
        """Export the record; whether the program's handlers may have it."""
        if self._installed is None:
            return True
        if record.levelno >= self._level and not is_about_export(record.name):
            self._export(record)
        return not (record.levelno < PYTHONS_DEFAULT and _level_is_ours(logger))

    def _export(self, record: logging.LogRecord) -> None:
        # Exporting may itself log, on this thread; and what the exporters' HTTP client logs is not news.
        if getattr(self._busy, "now", False) or get_value(_SUPPRESS_INSTRUMENTATION_KEY):
            return
        self._busy.now = True
        try:
            self._emitter(record.name).emit(translate(record, self._redact))
        except Exception as error:  # noqa: BLE001 - a log call must not fail in the program because of us
            _log.warning("otel_voice: a log record was not exported: %s: %s", type(error).__name__, error)
        finally:
            self._busy.now = False

    def _emitter(self, name: str) -> Logger:
        emitter = self._emitters.get(name)
        if emitter is None:
            emitter = self._emitters[name] = self._provider.get_logger(name)
        return emitter


def _level_is_ours(logger: logging.Logger | None) -> bool:
    """Whether the level that let a record through is the one we gave the root logger."""
    while logger:
        if logger.level:
            return isinstance(logger.level, ExportLevel)
        logger = logger.parent
    return False


def _patch_filter(see: Callable[[logging.Logger, logging.LogRecord], bool]) -> Callable[..., Any]:
    """Give Logger a filter step that also tells `see`.

    Unlike around callHandlers(), no frame of ours is on the stack while the handlers run, and the
    "Logging error" a handler prints stays the same to the byte.
    """
    original = logging.Logger.filter

    def filter(self: logging.Logger, record: logging.LogRecord) -> Any:
        passed = original(self, record)
        if not passed:
            return passed
        shown = passed if isinstance(passed, logging.LogRecord) else record
        return passed if see(self, shown) else False

    logging.Logger.filter = filter  # type: ignore[method-assign,assignment]
    return filter


def _unpatch_filter(installed: Callable[..., Any]) -> None:
    """Whoever patched after us keeps its patch; ours then lets everything through."""
    if vars(logging.Logger).get("filter") is installed:
        del logging.Logger.filter
