"""The console's log lines in a form of ours, where a setting asks for it. What is shown stays the program's choice.

Only what writes to the console is concerned: handlers of the logging module, sinks of loguru and loggers of structlog
that write elsewhere keep their form.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Protocol

from otel_voice.logs import loguru as of_loguru
from otel_voice.logs import relays, stdlib
from otel_voice.logs.intake import Intake, Told
from otel_voice.logs.translation import own_extra


class Form(Protocol):
    """How a record looks as a line."""

    def line(self, told: Told, stream: object = None) -> str:
        """The record as text, without its last end of line."""


class Console:
    """Has every line of a log on stdout and stderr made by `form`."""

    def __init__(self, intake: Intake, form: Form) -> None:
        self._intake = intake
        self._form = form
        self._undo: list[Callable[[], None]] = []

    def install(self) -> None:
        """Begin with handlers of the logging module."""
        self._intake.keep_last()
        original = vars(logging.StreamHandler).get("format")
        console = self

        def format(self: logging.StreamHandler[Any], record: logging.LogRecord) -> str:
            if console._undo and is_console(self.stream):
                line = console.of_stdlib(record, self.stream)
                if line is not None:
                    return line
            return logging.Handler.format(self, record) if original is None else original(self, record)

        logging.StreamHandler.format = format  # type: ignore[method-assign,assignment]

        def undo() -> None:
            if original is None and vars(logging.StreamHandler).get("format") is format:
                del logging.StreamHandler.format

        self._undo.append(undo)

    def uninstall(self) -> None:
        """The program's own forms again."""
        while self._undo:
            self._undo.pop()()

    def loguru_imported(self, loguru: ModuleType) -> None:
        """Sinks of loguru too."""
        sink = getattr(sys.modules.get("loguru._simple_sinks"), "StreamSink", None)
        if sink is None or "write" not in vars(sink):
            return
        original = sink.write
        console = self

        def write(self: Any, message: Any) -> None:
            line = console.of_loguru(message, self._stream) if is_console(self._stream) else None
            original(self, message if line is None else f"{line}\n")

        sink.write = write
        self._undo.append(lambda: setattr(sink, "write", original))

    def of_stdlib(self, record: logging.LogRecord, stream: object) -> str | None:
        """The line of a record; None where it cannot be made."""
        rendered = relays.passing.structlog
        if rendered is not None and rendered.message is record.msg:
            extra = {**own_extra(record), **rendered.extra}
            return self._line(stdlib.as_logged(record, rendered), extra, stream)
        return self._line(record, None, stream)

    def of_loguru(self, message: Any, stream: object) -> str | None:
        """The line of a message of loguru; None for text that no record goes with."""
        record = getattr(message, "record", None)
        if not isinstance(record, Mapping):
            return None
        return self._line(of_loguru.as_logged(record), record["extra"], stream)

    def of_structlog(self, record: logging.LogRecord, extra: Mapping[str, Any], logger: Any) -> str | None:
        """The line of an event, where its logger writes to the console."""
        stream = getattr(logger, "_file", None)
        return self._line(record, extra, stream) if is_console(stream) else None

    def _line(self, record: logging.LogRecord, extra: Mapping[str, Any] | None, stream: object) -> str | None:
        try:
            return self._form.line(self._intake.told(record, extra), stream)
        except Exception as error:  # noqa: BLE001 - a line in the program's own form is better than none
            self._intake.tell_failure(error)
            return None


def is_console(stream: object) -> bool:
    """Whether this is the program's stdout or stderr, or the bytes below one of them."""
    if stream is None:
        return False
    consoles = [each for each in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__) if each is not None]
    return any(stream is each or stream is getattr(each, "buffer", None) for each in consoles)
