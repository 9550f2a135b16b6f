"""What happened in a day or an hour: calls, latencies, errors, costs, and how good the conversations were.

    otel-voice report --since 24h                                     # a table
    app.mount("/voice", otel_voice.reports.app(prometheus=..., loki=...))   # the same as JSON, in an ASGI application

The shape of a report and the endpoints are described in docs/reports.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otel_voice.health.asgi import HealthApp

__all__ = ["app"]


def app(
    store: str | Path | None = None,
    prometheus: str | None = None,
    loki: str | None = None,
    timezone: str = "UTC",
) -> HealthApp:
    """An ASGI application with all endpoints, of the embedded store or of the stack.

    Raises ValueError when it is neither or both, and for a time zone or an address that is none.
    """
    from otel_voice.health.asgi import HealthApp
    from otel_voice.reports import periods
    from otel_voice.reports.opening import archive
    from otel_voice.reports.pages import ReportPages

    periods.zone(timezone)
    return HealthApp(ReportPages(archive(None if store is None else Path(store), prometheus, loki), timezone))
