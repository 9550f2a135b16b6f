"""A report of a store, as the command asks for it."""

from datetime import datetime, timezone

from otel_voice.reports import opening
from otel_voice.reports.asking import Asking

NOW = datetime(2026, 11, 21, 8, tzinfo=timezone.utc)


def report(path, since="2026-11-20", until="2026-11-21", **more):
    asked = Asking(since, until, **more)
    return opening.report(opening.StoreArchive(path), asked.question(NOW), NOW)
