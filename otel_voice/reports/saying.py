"""How the table and the page say a number, a moment and a name."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from otel_voice.local import wording
from otel_voice.reports import lines
from otel_voice.reports.model import Figures, Report, Spread, Use

UNKNOWN: Final = "-"


def number(value: float | None, unit: str) -> str:
    """`1,234`, `91.7 %`, `812 ms`, `$0.0106`, `-` for what is not known."""
    if value is None:
        return UNKNOWN
    if unit == lines.SECONDS:
        return _seconds(value)
    if unit == lines.SHARE:
        return f"{value * 100:.1f} %"
    if unit == lines.DOLLARS:
        return f"${value:,.2f}" if value >= 100 else f"${value:.4f}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def name(figure: str) -> str:
    """`success rate` of `success_rate`."""
    return figure.replace("_", " ")


def moment(when: datetime) -> str:
    """To the minute; the zone is said once, above."""
    return f"{when:%Y-%m-%d %H:%M}"


def title(report: Report) -> str:
    """`2026-11-21 00:00 to 2026-11-22 00:00 UTC`."""
    period = report.total.period
    of = f", {wording.clean(report.service)}" if report.service else ""
    return f"{moment(period.since)} to {moment(period.until)} {report.timezone}{of}"


def origin(report: Report) -> str:
    """Where the numbers are from, and how fine they are."""
    how = "exact" if report.quantiles == "exact" else "as fine as the buckets of the histograms"
    of = "the embedded store" if report.source == "store" else "Prometheus and Loki"
    return f"from {of}; quantiles are {how}"


PARTS: Final = ("calls", "success", "p50", "p95", "failed", "cost")
"""What is said of each day or hour: calls that ended, their success, the response latency, requests that failed."""


def part(figures: Figures) -> tuple[str, ...]:
    """A day or an hour in short: `PARTS`."""
    latency = figures.talk.response_latency or Spread(0, 0.0)
    return (
        number(figures.calls.ended, lines.NUMBER),
        number(figures.calls.success_rate, lines.SHARE),
        number(latency.p50, lines.SECONDS),
        number(latency.p95, lines.SECONDS),
        number(failed(figures), lines.NUMBER),
        number(figures.spent.cost, lines.DOLLARS),
    )


USES: Final = ("requests", "failed", "p50", "p95", "1st p95")
"""What is said of a provider: requests, and the seconds to their end and to the first chunk."""


def use(of: Use) -> tuple[str, ...]:
    """A provider in short: `USES`."""
    first = of.time_to_first_chunk or Spread(0, 0.0)
    return (
        number(of.requests, lines.NUMBER),
        number(of.failed, lines.NUMBER),
        number(of.duration.p50, lines.SECONDS),
        number(of.duration.p95, lines.SECONDS),
        number(first.p95, lines.SECONDS),
    )


def failed(figures: Figures) -> float | None:
    """Requests to providers that failed; None where none was made."""
    return sum(use.failed for use in figures.providers) if figures.providers else None


def _seconds(value: float) -> str:
    """In at most nine letters."""
    if value >= 36_000:
        return f"{value / 3600:,.1f} h"
    minutes, rest = divmod(round(value), 60)
    return wording.seconds(value) if value < 59.995 else f"{minutes}m{rest:02d}s"
