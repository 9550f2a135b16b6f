"""Redaction is left to the border only while everything leaves by it."""

from __future__ import annotations

from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

from otel_voice.export import border
from otel_voice.logs.deferred import deferred
from otel_voice.logs.values import LENGTH
from otel_voice.telemetry.redaction import redact

PRIVATE = "mail jane@example.com"
HIDDEN = redact(PRIVATE)


class _Own(LogRecordProcessor):
    """Nobody knows where it sends what."""

    def on_emit(self, log_record: object) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return True


def _guarded() -> LoggerProvider:
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(InMemoryLogRecordExporter()))
    border.guard(provider)
    return provider


def test_the_border_redacts_and_the_caller_need_not() -> None:
    """A text is left as it is, for the thread that exports."""
    assert deferred(redact, _guarded())(PRIVATE) == PRIVATE


def test_without_a_border_the_caller_redacts() -> None:
    """Nothing is left to a provider whose exporters were not found."""
    assert deferred(redact, LoggerProvider(shutdown_on_exit=False))(PRIVATE) == HIDDEN


def test_a_processor_of_the_programs_own_ends_it() -> None:
    """It may be added at any time; from then on records are redacted before it sees them."""
    provider = _guarded()
    late = deferred(redact, provider)
    assert late(PRIVATE) == PRIVATE
    provider.add_log_record_processor(_Own())
    assert late(PRIVATE) == HIDDEN


def test_what_will_be_cut_is_redacted_before() -> None:
    """Half a secret is still one."""
    assert deferred(redact, _guarded())(PRIVATE + " " * LENGTH).startswith(HIDDEN)
