"""A report is made: the whole period, its parts, the hours of the day, the alerts, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from otel_voice.reports import periods
from otel_voice.reports.asked import Asked
from otel_voice.reports.errors import UnavailableError
from otel_voice.reports.figures import ENDINGS, figures
from otel_voice.reports.model import Alert, Counts, Figures, Report
from otel_voice.reports.periods import Period
from otel_voice.reports.source import Source
from otel_voice.telemetry import names

_AT_BORDERS: Final = 3
"""Calls whose event and count may lie on different sides of a period's border, and are no gap."""
_PEAK_LIMIT: Final = 31 * 86400
"""Seconds. The hours of the day are asked one by one."""


@dataclass(frozen=True)
class Question:
    """What is asked for: a period whose moments have the time zone that the report is in."""

    period: Period
    by: str | None = None
    service: str | None = None


def report(source: Source, question: Question, made: datetime) -> Report:
    """The report. Raises BadQuestionError. What a source cannot answer on the way is a note and is missing."""
    whole = question.period
    parts = periods.parts(whole, question.by) if question.by else ()
    asked = Asked(source, (whole, *parts))
    total, *each = (figures(asked, place) for place in range(len(asked.periods)))
    hours = _peak_hours(source, whole, asked)
    alerts = _alerts(source, whole, asked)
    # After all other questions: a source notes what was too much for it to tell.
    gaps = [*_gaps(source, whole, asked), *_untold(asked, total)]
    return Report(
        source=source.name,
        quantiles=source.quantiles,
        timezone=_zone(whole.since),
        service=question.service,
        made=made,
        total=total,
        by=question.by,
        parts=tuple(each),
        peak_hours=hours,
        alerts=alerts,
        notes=(*gaps, *(f"missing: {problem}" for problem in asked.problems)),
    )


def _peak_hours(source: Source, whole: Period, about: Asked) -> Counts | None:
    if whole.seconds > _PEAK_LIMIT:
        return None
    hours = Asked(source, periods.parts(whole, "hour"))
    counted: dict[str, float] = {}
    known = False
    for place, hour in enumerate(hours.periods):
        ended = hours.total(place, names.METRIC_VOICE_CONVERSATIONS)
        known = known or ended is not None
        counted[f"{hour.since:%H}"] = counted.get(f"{hour.since:%H}", 0) + (ended or 0)
    _merge(about, hours.problems)
    return {hour: count for hour, count in sorted(counted.items()) if count} if known else None


def _alerts(source: Source, whole: Period, about: Asked) -> tuple[Alert, ...] | None:
    try:
        return tuple(source.alerts(whole))
    except UnavailableError as error:
        _merge(about, [str(error)])
        return None


def _gaps(source: Source, whole: Period, about: Asked) -> list[str]:
    try:
        return source.gaps(whole)
    except UnavailableError as error:
        _merge(about, [str(error)])
        return []


def _untold(asked: Asked, total: Figures) -> list[str]:
    """Events are kept for another time than what is counted, or are not sent at all."""
    told = asked.happened(0, names.EVENT_VOICE_CONVERSATION_ENDED, *ENDINGS)
    ended, known = total.calls.ended or 0, sum((told or {}).values())
    if asked.problems or ended - known <= max(_AT_BORDERS, ended / 20):
        return []
    return [
        f"events tell of {known:,.0f} of the {ended:,.0f} calls that ended: log records were not sent, or are kept for "
        "a shorter time; calls that began, where calls were abandoned and the list of calls are incomplete"
    ]


def _merge(about: Asked, problems: Sequence[str]) -> None:
    about.problems.extend(problem for problem in problems if problem not in about.problems)


def _zone(moment: datetime) -> str:
    """The name that was given, not the abbreviation of the season."""
    return str(moment.tzinfo)
