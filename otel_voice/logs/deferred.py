"""Redaction that is left to the border: there it costs the thread that exports, and not the caller."""

from __future__ import annotations

from typing import Any

from otel_voice.export import border
from otel_voice.logs.values import LENGTH, Redact


def deferred(redact: Redact, provider: Any) -> Redact:
    """Leave texts as they are while all that leaves through `provider` is redacted on its way; else, `redact`."""
    return _Deferred(redact, provider) if border.is_guarded(provider) else redact


class _Deferred:
    """Looks again when the program has added a processor of its own."""

    __slots__ = ("_composite", "_guarded", "_processors", "_provider", "_redact")

    def __init__(self, redact: Redact, provider: Any) -> None:
        self._redact = redact
        self._provider = provider
        self._composite = provider._multi_log_record_processor
        self._processors = self._composite._log_record_processors
        self._guarded = True

    def __call__(self, text: str) -> str:
        if self._composite._log_record_processors is not self._processors:
            self._processors = self._composite._log_record_processors
            self._guarded = border.is_guarded(self._provider)
        # What will be cut is redacted before: half a secret is still one.
        return text if self._guarded and len(text) <= LENGTH else self._redact(text)
