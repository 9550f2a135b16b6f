"""Failures of the export, told on stderr in one clear line, counted after that, and never exported themselves."""

from __future__ import annotations

import logging
import sys
import threading
import time

from otel_voice.privacy.process import redact

PERIOD = 60.0

# Loggers whose records are about the export; exporting those would feed the fire.
EXPORT_LOGGERS = ("opentelemetry.exporter", "opentelemetry.sdk", "otel_voice.export")

_log = logging.getLogger(__name__)


def is_about_export(name: str) -> bool:
    """Whether a logger of this name speaks about the export, so that its records must not be exported."""
    return name.startswith(EXPORT_LOGGERS)


class FailureFilter(logging.Filter):
    """Lets the first export failure through, rewritten for the reader, then one line at most every PERIOD.

    The records are changed in place, so every handler of the program sees the same clear line.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._told_at: float | None = None
        self._unreported = 0
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is shown."""
        if record.levelno < logging.WARNING:
            return True
        with self._lock:
            return self._shows(record)

    def _shows(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if self._told_at is not None and now - self._told_at < PERIOD:
            self._unreported += 1
            return False
        self._told_at = now
        record.msg, record.args = self._sentence(record), ()
        record.exc_info = record.exc_text = None
        self._unreported = 0
        return True

    def _sentence(self, record: logging.LogRecord) -> str:
        more = f" ({self._unreported} more failures before this one)" if self._unreported else ""
        return (
            f"otel_voice: telemetry does not arrive at {self._endpoint}: {_cause(record)}{more}. "
            "The program runs on without it. Start a collector there, set OTEL_EXPORTER_OTLP_ENDPOINT, "
            f"or switch telemetry off with OTEL_SDK_DISABLED=true. Repeats are counted for {PERIOD:.0f} s."
        )

    def report_rest(self) -> None:
        """At the end of the process: how many failures were counted and not shown."""
        with self._lock:
            count, self._unreported = self._unreported, 0
        if count:
            _log.warning("otel_voice: %d more export failures to %s until the end", count, self._endpoint)

    def forget(self) -> None:
        """In a forked child: its own lock, and nothing of the parent's count."""
        self._lock, self._unreported = threading.Lock(), 0


def _cause(record: logging.LogRecord) -> str:
    if isinstance(record.args, tuple):
        record.args = tuple(_innermost(a) if isinstance(a, BaseException) else a for a in record.args)
    text = record.getMessage().strip().rstrip(".")
    error = record.exc_info[1] if record.exc_info else None
    return f"{text} ({_innermost(error)})" if error else text


def _innermost(error: BaseException) -> str:
    """urllib3 wraps a refused connection four times; the innermost reason is the one to read."""
    while inner := (getattr(error, "reason", None) or error.__context__):
        if not isinstance(inner, BaseException):
            break
        error = inner
    return f"{type(error).__name__}: {error}"


class RedactionFilter(logging.Filter):
    """Takes what is private out of a warning: it may quote a setting, an address, or the error of an exporter.

    In place, so that the handlers of the program, which come later, show no more than ours.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Always whether to go on: a warning that cannot be looked through is told without its words."""
        try:
            record.msg, record.args = redact(record.getMessage()), ()
            if record.exc_info:
                record.exc_text = redact(record.exc_text or _plain.formatException(record.exc_info))
        except Exception as error:  # noqa: BLE001 - what is formatted are other people's objects
            record.msg, record.args = f"a warning that cannot be shown: {type(error).__name__}", ()
            record.exc_info = record.exc_text = None
        return True


_plain = logging.Formatter()


class StderrHandler(logging.Handler):
    """Shows warnings where the program has no handler that would; as Python's own last resort does."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record to what is stderr now, unless a handler of the program shows it."""
        if _program_has_handler() or sys.stderr is None:
            return
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except (OSError, ValueError):
            return


def _program_has_handler() -> bool:
    """OpenTelemetry's own handler on the root logger shows nothing to anyone."""
    return any(not type(handler).__module__.startswith("opentelemetry.") for handler in logging.root.handlers)


_handler = StderrHandler(logging.WARNING)
_handler.addFilter(RedactionFilter())
_filter: FailureFilter | None = None


def show() -> None:
    """Make warnings of OpenTelemetry and otel_voice visible on stderr. May be called again."""
    for name in ("opentelemetry", "otel_voice"):
        logger = logging.getLogger(name)
        if _handler not in logger.handlers:
            logger.addHandler(_handler)


def limit(endpoint: str) -> None:
    """Rewrite and limit the failures that the loggers of exporters and processors report.

    Call it when the exporters exist: a filter works only on the logger it is put on.
    """
    global _filter
    _filter = FailureFilter(endpoint)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(_LIMITED):
            logging.getLogger(name).addFilter(_filter)


_LIMITED = (
    "opentelemetry.exporter.",
    "opentelemetry.sdk._shared_internal",
    "opentelemetry.sdk.trace.export",
    "opentelemetry.sdk._logs._internal.export",
    "opentelemetry.sdk.metrics._internal.export",
)


def report_rest() -> None:
    """Tell the count of failures that were not shown, if any."""
    if _filter is not None:
        _filter.report_rest()


def forget() -> None:
    """In a forked child: start with an own lock and an own count."""
    if _filter is not None:
        _filter.forget()
