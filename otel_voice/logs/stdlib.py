"""Log records of the standard library, exported with no change the program could see.

No handler is put on the root logger: one there silences Python's last resort and makes a later
basicConfig() do nothing. Each logger's own filter step is where a record is seen instead.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from opentelemetry._logs import LoggerProvider

from otel_voice.logs import relays
from otel_voice.logs.intake import Intake
from otel_voice.logs.thresholds import Thresholds
from otel_voice.logs.translation import own_extra
from otel_voice.logs.values import Redact

if TYPE_CHECKING:
    from otel_voice.logs.rendered import Rendered

# How severe a record must be to be seen where nobody set a level.
PYTHONS_DEFAULT = logging.WARNING


class ExportLevel(int):
    """A logger's level while it is ours and not the program's; the program may set its own any time."""


class StdlibBridge:
    """Exports records of at least `level`; `redact` takes secrets out of every text."""

    def __init__(
        self, redact: Redact, level: int = logging.INFO, logger_provider: LoggerProvider | None = None
    ) -> None:
        self._take_from(Intake(redact, Thresholds(level), logger_provider=logger_provider))
        self._levels = {"": level}

    @classmethod
    def into(cls, intake: Intake, levels: dict[str, int]) -> StdlibBridge:
        """A bridge whose records go into `intake`; `levels` are those of loggers, "" is the root's."""
        bridge = cls.__new__(cls)
        bridge._take_from(intake)
        bridge._levels = levels
        return bridge

    def _take_from(self, intake: Intake) -> None:
        self._intake = intake
        self._installed: Callable[..., Any] | None = None
        self._raised: list[tuple[logging.Logger, int]] = []

    def install(self) -> None:
        """Begin to export. Records below WARNING come to life; the program's own handlers do not see them."""
        if self._installed is not None:
            return
        self._installed = _patch_filter(self._see)
        for name, level in self._levels.items():
            self._bring_to_life(logging.getLogger(name), level)

    def uninstall(self) -> None:
        """Stop, and put back what install() changed and the program did not change since."""
        if self._installed is None:
            return
        _unpatch_filter(self._installed)
        self._installed = None
        while self._raised:
            logger, previous = self._raised.pop()
            if isinstance(logger.level, ExportLevel):
                logger.setLevel(previous)

    def _bring_to_life(self, logger: logging.Logger, level: int) -> None:
        """Have a logger of which the program says nothing make records of this level."""
        untouched = PYTHONS_DEFAULT if logger is logging.root else logging.NOTSET
        if logger.level == untouched and level < logger.getEffectiveLevel():
            self._raised.append((logger, logger.level))
            logger.setLevel(ExportLevel(level))

    def _see(self, logger: logging.Logger, record: logging.LogRecord) -> bool:
        """Export the record; whether the program's handlers may have it."""
        if self._installed is None:
            return True
        try:
            if self._intake.wants(record.name, record.levelno) and not relays.comes_from_loguru(record):
                self._take(record)
        except Exception as error:  # noqa: BLE001 - a record is the program's object, and may lack anything
            self._intake.tell_failure(error)
        return not _is_alive_by_us(logger, record.levelno)

    def _take(self, record: logging.LogRecord) -> None:
        relays.exported(record)
        rendered = relays.passing.structlog
        if rendered is None or rendered.message is not record.msg:
            self._intake.take(record)
            return
        extra = {**own_extra(record), **rendered.extra}
        self._intake.take(as_logged(record, rendered), extra, rendered.event)


def as_logged(record: logging.LogRecord, rendered: Rendered) -> logging.LogRecord:
    """The record with what structlog knew of it before it was rendered."""
    known = copy.copy(record)
    known.msg, known.args = rendered.event, None
    known.exc_info = record.exc_info or rendered.exc_info
    place = rendered.place
    known.pathname, known.lineno, known.funcName = place.path, place.line, place.function
    return known


def _is_alive_by_us(logger: logging.Logger | None, level: int) -> bool:
    """Whether the program's own levels would not have let a record of this level through."""
    ours = False
    while logger:
        if isinstance(logger.level, ExportLevel):
            ours = True
        elif logger.level:
            return ours and level < logger.level
        logger = logger.parent
    return ours and level < PYTHONS_DEFAULT


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
