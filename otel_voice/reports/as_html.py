"""A report as one page of HTML that needs nothing else: no script, no style or picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Final

from otel_voice.reports import saying
from otel_voice.reports.html_table import of_numbers, of_texts
from otel_voice.reports.lines import Line, lines
from otel_voice.reports.model import Alert, Report, Spread, Use

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1.5rem; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8886; overflow-wrap: anywhere; }
th { font-weight: 400; }
thead th { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media print { body { max-width: none; margin: 0; font-size: 10pt; } tr { break-inside: avoid; }
  thead { display: table-header-group; } }
"""
_SPREAD: Final = ("count", "mean", "p50", "p95", "p99")
_USES: Final = ("requests", "failed", "p50", "p95", "first chunk p95")
_PARTS: Final = ("calls ended", "success", "latency p50", "latency p95", "failed requests", "cost")


def text(report: Report) -> str:
    """The page."""
    title = escape(f"Calls, {saying.title(report)}")
    body = "\n".join(
        [
            f"<h1>{title}</h1>\n<p>{escape(saying.origin(report))}. “{saying.UNKNOWN}” is what is not known.</p>",
            _notes(report.notes),
            *(_section(name, list(each)) for name, each in groupby(_told(report), lambda line: line.section)),
            _providers(report.total.providers),
            _hours(report),
            _parts(report),
            _alerts(report.alerts),
        ]
    )
    return _PAGE.format(title=title, style=_STYLE, body=body)


_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _notes(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    return "<h2>What is missing</h2>\n<ul>" + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>"


def _told(report: Report) -> Iterator[Line]:
    """All but the providers, which have a table of their own."""
    return (line for line in lines(report.total) if line.section != "providers")


def _providers(uses: Sequence[Use]) -> str:
    if not uses:
        return ""
    rows = ((f"{use.provider} {use.operation}", *saying.use(use), _errors(use)) for use in uses)
    return of_numbers("providers", ("provider", *_USES, "errors"), rows)


def _errors(use: Use) -> str:
    return ", ".join(f"{error}: {saying.number(count, '')}" for error, count in use.errors.items())


def _section(name: str, found: Sequence[Line]) -> str:
    numbers = [line for line in found if not isinstance(line.value, Spread)]
    spreads = [line for line in found if isinstance(line.value, Spread)]
    tables = [of_numbers(name, ("figure", "value"), (_number(line) for line in numbers))] if numbers else []
    if spreads:
        tables.append(of_numbers(f"{name}: spreads", ("figure", *_SPREAD), (_spread(line) for line in spreads)))
    return "\n".join(tables)


def _hours(report: Report) -> str:
    if not report.peak_hours:
        return ""
    rows = ((f"{hour}:00", saying.number(count, "")) for hour, count in report.peak_hours.items())
    return of_numbers(f"calls ended, by hour of the day ({report.timezone})", ("hour", "calls"), rows)


def _parts(report: Report) -> str:
    if not report.parts:
        return ""
    rows = ((saying.moment(part.period.since), *saying.part(part)) for part in report.parts)
    return of_numbers(f"by {report.by}", ("from", *_PARTS), rows)


def _alerts(alerts: Sequence[Alert] | None) -> str:
    if not alerts:
        return f"<h2>Alerts</h2>\n<p>{'not known' if alerts is None else 'none'}</p>"
    head = ("alert", "severity", "service", "from", "to", "message")
    return of_texts("alerts", head, (_alert(alert) for alert in alerts))


def _alert(alert: Alert) -> tuple[str, ...]:
    ended = saying.moment(alert.ended) if alert.ended else ""
    return alert.name, alert.severity, alert.service, saying.moment(alert.started), ended, alert.message


def _number(line: Line) -> tuple[str, ...]:
    value = None if isinstance(line.value, Spread) else line.value
    return _label(line), saying.number(value, line.unit)


def _spread(line: Line) -> Iterator[str]:
    assert isinstance(line.value, Spread)
    spread = line.value
    yield _label(line)
    yield saying.number(spread.count, "")
    for value in (spread.mean, spread.p50, spread.p95, spread.p99):
        yield saying.number(value, line.unit)


def _label(line: Line) -> str:
    return f"{saying.name(line.figure)} {line.of}".strip()
