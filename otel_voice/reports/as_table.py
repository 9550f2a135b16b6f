"""A report as text for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from otel_voice.local import wording
from otel_voice.reports import saying
from otel_voice.reports.lines import Line, lines
from otel_voice.reports.model import Alert, Figures, Report, Spread, Use

WIDTH: Final = 80
_LABEL: Final = 35
_COLUMN: Final = 9
_SPREAD: Final = ("count", "mean", "p50", "p95", "p99")


def text(report: Report) -> str:
    """The report, with a line feed at its end."""
    blocks = [
        f"{saying.title(report)}\n{saying.origin(report)}",
        *(_section(name, list(each)) for name, each in groupby(_told(report), lambda line: line.section)),
        _providers(report.total.providers),
        _hours(report),
        _parts(report.parts),
        _alerts(report.alerts),
        "\n".join(line for note in report.notes for line in _wrapped(f"note: {wording.clean(note)}")),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _told(report: Report) -> Iterator[Line]:
    """All but the providers, which have a table of their own."""
    return (line for line in lines(report.total) if line.section != "providers")


def _providers(uses: Sequence[Use]) -> str:
    if not uses:
        return ""
    rows = [_row(wording.clean(f"{use.provider} {use.operation}"), saying.use(use)) for use in uses]
    errors = [
        _row(wording.clean(f"{use.provider} {use.operation} {error}"), [saying.number(count, "")])
        for use in uses
        for error, count in use.errors.items()
    ]
    return "\n".join(["providers", _row("", saying.USES), *rows, *(["errors", *errors] if errors else [])])


def _section(name: str, found: Sequence[Line]) -> str:
    numbers = [line for line in found if not isinstance(line.value, Spread)]
    spreads = [line for line in found if isinstance(line.value, Spread)]
    said = [_row(_label(line), [saying.number(_plain(line), line.unit)]) for line in numbers]
    if spreads:
        said.append(_row("", _SPREAD))
        said.extend(_row(_label(line), _spread(line)) for line in spreads)
    return "\n".join([name, *said])


def _hours(report: Report) -> str:
    if not report.peak_hours:
        return ""
    most = max(report.peak_hours.values())
    rows = [
        f"  {hour}:00 {saying.number(count, ''):>8}  {'#' * max(1, round(count / most * 40))}"
        for hour, count in report.peak_hours.items()
    ]
    return "\n".join(["calls ended, by hour of the day", *rows])


def _parts(parts: Sequence[Figures]) -> str:
    if not parts:
        return ""
    return "\n".join([_row("", saying.PARTS, 20), *(_part(part) for part in parts)])


def _part(figures: Figures) -> str:
    return _row(saying.moment(figures.period.since), saying.part(figures), 20)


def _alerts(alerts: Sequence[Alert] | None) -> str:
    if alerts is None:
        return "alerts\n  not known"
    return "\n".join(["alerts", *(_alert(alert) for alert in alerts)]) if alerts else "alerts\n  none"


def _alert(alert: Alert) -> str:
    until = f" to {saying.moment(alert.ended)}" if alert.ended else ""
    said = f"{saying.moment(alert.started)}{until}, {alert.severity}: {alert.name} {alert.service}"
    return "  " + _cut(wording.clean(said), WIDTH - 2)


def _plain(line: Line) -> float | None:
    return None if isinstance(line.value, Spread) else line.value


def _spread(line: Line) -> Iterator[str]:
    assert isinstance(line.value, Spread)
    spread = line.value
    yield saying.number(spread.count, "")
    for value in (spread.mean, spread.p50, spread.p95, spread.p99):
        yield saying.number(value, line.unit)


def _label(line: Line) -> str:
    return wording.clean(f"{saying.name(line.figure)} {line.of}")


def _row(label: str, values: Iterable[str], width: int = _LABEL - 2) -> str:
    return (f"  {_cut(label, width):{width}}" + "".join(f"{value:>{_COLUMN}}" for value in values)).rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ")
