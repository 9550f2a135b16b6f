"""A report as CSV (RFC 4180): a line for each number, so that the columns stay the same whatever happened."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from otel_voice.reports.lines import Line, lines
from otel_voice.reports.model import Figures, Report, Spread

COLUMNS: Final = ("start", "end", "section", "figure", "of", "statistic", "value", "unit")
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n]")


def text(report: Report) -> str:
    """The document: the whole period, or its parts where there are some. What is not known is an empty value."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for figures in report.parts or (report.total,):
        writer.writerows(_rows(figures))
    return written.getvalue()


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula. It has been told by a program, or by its callers."""
    return f"'{text}" if _FORMULA.match(text) else text


def _rows(figures: Figures) -> Iterator[list[str]]:
    period = figures.period
    start, end = (moment.isoformat(timespec="seconds") for moment in (period.since, period.until))
    for line in lines(figures):
        for statistic, value, unit in _numbers(line):
            yield [start, end, line.section, line.figure, safe(line.of), statistic, _number(value), unit]


def _numbers(line: Line) -> Iterator[tuple[str, float | None, str]]:
    if not isinstance(line.value, Spread):
        yield "", line.value, line.unit
        return
    spread = line.value
    yield "count", spread.count, ""
    for statistic, value in (
        ("sum", spread.sum),
        ("mean", spread.mean),
        ("p50", spread.p50),
        ("p95", spread.p95),
        ("p99", spread.p99),
    ):
        yield statistic, value, line.unit


def _number(value: float | None) -> str:
    return "" if value is None else str(round(value, 9))
