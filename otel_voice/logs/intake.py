"""Where every record of every library comes in: which are wanted, how many of them, and where they go."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol
from weakref import ReferenceType, ref

from opentelemetry._logs import Logger, LoggerProvider, LogRecord, get_logger_provider
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_value

from otel_voice.logs.bursts import WINDOW, Bursts, Suppressed
from otel_voice.logs.dropped import BURST, REENTRANT, Dropped
from otel_voice.logs.thresholds import Thresholds
from otel_voice.logs.translation import category, translate
from otel_voice.logs.values import Redact, told
from otel_voice.telemetry import names
from otel_voice.telemetry.redaction import redact

_log = logging.getLogger("otel_voice.export.logs")

UNLIMITED = frozenset(("security", "audit"))
"""Categories of which every record counts."""


class Told(NamedTuple):
    """A record as it is exported, redacted, and the name of its logger."""

    logger: str
    record: LogRecord


class _Named(NamedTuple):
    """The name of a logger as it may be told, and what emits its records."""

    name: str
    emitter: Logger


class Files(Protocol):
    """What else is to have each record."""

    def put(self, told: Told) -> None:
        """Take the record and return at once."""


class _Here(threading.local):
    busy = False
    last: tuple[ReferenceType[logging.LogRecord], Told] | None = None


class Intake:
    """Takes records in, and hands those that are wanted to OTLP and to `files`. Never raises.

    `burst` is how many records of one message go through in a second, 0 for all. `redact` is asked for each text, and
    `whole`, where records are shown in this process too, for each record.
    """

    def __init__(
        self,
        redact: Redact,
        thresholds: Thresholds,
        *,
        burst: int = 0,
        files: Files | None = None,
        dropped: Dropped | None = None,
        logger_provider: LoggerProvider | None = None,
        whole: Callable[[LogRecord], LogRecord] | None = None,
    ) -> None:
        self.thresholds = thresholds
        self.provider = logger_provider or get_logger_provider()
        self._redact = redact
        self._whole = whole
        self._files = files
        self._dropped = dropped or Dropped()
        self._bursts = Bursts(burst, self._tell_suppressed) if burst else None
        self._names: dict[str, _Named] = {}
        self._here = _Here()
        self._failed: set[type] = set()
        self._keeps_last = False

    def wants(self, name: str, level: int) -> bool:
        """Whether a record of this logger and level is to be taken."""
        return level >= self.thresholds.of(name)

    def take(self, record: logging.LogRecord, extra: Mapping[str, Any] | None = None, template: object = None) -> None:
        """Export a record that is wanted.

        `extra` is what it says beside its message; None is for what the record itself was given. `template` is its
        message before the arguments, by which bursts are recognised.
        """
        # Exporting may itself log, on this thread; and what the exporters' HTTP client logs is not news.
        if get_value(_SUPPRESS_INSTRUMENTATION_KEY):
            return
        if self._here.busy:
            self._dropped.count(category(record), REENTRANT, 1)
            return
        self._here.busy = True
        try:
            if self._passes(record, template):
                self._export(record, extra)
        except Exception as error:  # noqa: BLE001 - a log call must not fail in the program because of us
            self.tell_failure(error)
        finally:
            self._here.busy = False

    def keep_last(self) -> None:
        """From now on somebody asks for what was exported just now."""
        self._keeps_last = True

    def told(self, record: logging.LogRecord, extra: Mapping[str, Any] | None = None) -> Told:
        """The record as it is or would be exported; the one taken last on this thread is not translated twice."""
        last = self._here.last
        if last is not None and last[0]() is record:
            return last[1]
        return self._translated(record, extra)

    def flush(self) -> None:
        """Tell what is still to be told."""
        if self._bursts is not None:
            self._bursts.tell_all()

    def start_afresh(self) -> None:
        """In a forked child: own locks, and nothing that the parent tells."""
        self._here = _Here()
        if self._bursts is not None:
            self._bursts.start_afresh()

    def _passes(self, record: logging.LogRecord, template: object) -> bool:
        key = record.msg if template is None else template
        key = (record.name, record.levelno, key if isinstance(key, str) else type(key))
        bursts = self._bursts
        if bursts is None or not bursts.is_over(key) or category(record) in UNLIMITED:
            return True
        bursts.suppress(key, record)
        return False

    def _export(self, record: logging.LogRecord, extra: Mapping[str, Any] | None) -> None:
        told = self._translated(record, extra)
        if self._keeps_last:
            # Weak: the record may hold the stack of an exception, and all that is in it, alive.
            self._here.last = (ref(record), told)
        self._named(record.name).emitter.emit(told.record)
        if self._files is not None:
            self._files.put(told)

    def _translated(self, record: logging.LogRecord, extra: Mapping[str, Any] | None) -> Told:
        translated = translate(record, self._redact, extra)
        whole = translated if self._whole is None else self._whole(translated)
        return Told(self._named(record.name).name, whole)

    def _named(self, name: str) -> _Named:
        known = self._names.get(name)
        if known is None:
            safe = told(name, self._redact if self._whole is None else redact)
            known = self._names[name] = _Named(safe, self.provider.get_logger(safe))
        return known

    def _tell_suppressed(self, suppressed: Suppressed) -> None:
        last = suppressed.last
        if not isinstance(last, logging.LogRecord):
            return
        record = logging.makeLogRecord({**vars(last), "exc_info": None, "exc_text": None, "stack_info": None})
        self._dropped.count(category(record), BURST, suppressed.records)
        record.msg = f"{suppressed.records} more within {WINDOW:g} s were suppressed, the last of them: {_said(last)}"
        record.args = None
        guarded_by, self._here.busy = self._here.busy, True
        try:
            self._export(record, {names.VOICE_LOG_SUPPRESSED: suppressed.records})
        except Exception as error:  # noqa: BLE001 - as in take()
            self.tell_failure(error)
        finally:
            self._here.busy = guarded_by

    def tell_failure(self, error: Exception) -> None:
        """Tell that a record was lost by our fault; one of each kind."""
        if type(error) not in self._failed:
            self._failed.add(type(error))
            _log.warning(
                "otel_voice: a log record was not exported or formatted: %s: %s. More of this kind are not told.",
                type(error).__name__,
                error,
            )


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - the arguments are the program's objects and may do anything
        return "?"
