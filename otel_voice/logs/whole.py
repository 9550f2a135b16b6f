"""Redaction of a record as a whole, for consoles and files: they have no border in front of them.

It does what the border does: what a name tells of its value counts, names are looked at as well, and ids stay ids.
"""

from __future__ import annotations

from opentelemetry._logs import LogRecord

from otel_voice.logs.values import LENGTH, Redact
from otel_voice.telemetry import redaction


def redacted(record: LogRecord) -> LogRecord:
    """The same record, which is ours, with nothing private left in it."""
    record.body = redaction.value(record.body)
    if record.attributes:
        record.attributes = redaction.attributes(record.attributes)
    for field in ("event_name", "severity_text"):
        said = getattr(record, field)
        if said is not None:
            setattr(record, field, redaction.redact(said))
    return record


def before_cutting(redact: Redact) -> Redact:
    """Leave texts to `redacted`, except those that are cut before it: half a secret is still one."""
    return lambda text: text if len(text) <= LENGTH else redact(text)
