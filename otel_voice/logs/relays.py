"""Records on their way from one logging library into another: each is exported once, where it is known best.

What goes from the standard library into loguru was seen by our filter step; what goes from loguru or structlog into
the standard library is known better there. All of that happens on one thread, so that the thread remembers it.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import CodeType, FrameType
from typing import TYPE_CHECKING
from weakref import ReferenceType, ref

if TYPE_CHECKING:
    from otel_voice.logs.rendered import Rendered


class _Passing(threading.local):
    loguru: str | None = None
    """The message that a sink of loguru is given now."""
    structlog: Rendered | None = None
    stdlib: ReferenceType[logging.LogRecord] | None = None
    """The last record that was exported; weak, for it may hold a whole stack alive."""


passing = _Passing()
_followed = False


def follow() -> None:
    """From now on there is another library that a record may go to."""
    global _followed
    _followed = True


def exported(record: logging.LogRecord) -> None:
    """Remember what was exported on this thread, where another library may be given it."""
    if _followed:
        passing.stdlib = ref(record)


def comes_from_loguru(record: logging.LogRecord) -> bool:
    """Whether a sink of loguru made this record of the message that it was given."""
    message = passing.loguru
    return bool(message) and message in _text(record)  # type: ignore[operator]


def comes_from_stdlib(message: str) -> bool:
    """Whether a handler of the standard library says this to loguru, of a record that was exported."""
    record = passing.stdlib() if passing.stdlib is not None else None
    return record is not None and _text(record) in message and _is_being_handled(record, sys._getframe(1))


def _is_being_handled(record: logging.LogRecord, frame: FrameType | None) -> bool:
    handling: CodeType = logging.Logger.callHandlers.__code__
    while frame is not None:
        if frame.f_code is handling and frame.f_locals.get("record") is record:
            return True
        frame = frame.f_back
    return False


def _text(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - the arguments are the program's objects and may do anything
        return str(id(record))
