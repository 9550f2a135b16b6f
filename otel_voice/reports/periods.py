"""Periods of a report: from the words of a person to moments, and to the days and hours between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from otel_voice.reports.errors import BadQuestionError

LONGEST: Final = timedelta(days=400)
"""A year and what leads to it. More is a question for a data warehouse."""
MOST_PARTS: Final = 800
"""Hours of a month, days of two years."""
STEPS: Final = ("day", "hour")

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO: Final = re.compile(r"([0-9]{1,6})([mhdw])")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = "give 90m, 24h, 7d or 2w, a date as 2026-11-21, or a moment as 2026-11-21T08:30 or 2026-11-21T08:30Z"


@dataclass(frozen=True)
class Period:
    """From `since` on, up to `until`, which is not part of it. Both have a time zone and whole seconds."""

    since: datetime
    until: datetime

    @property
    def seconds(self) -> int:
        """How long it is. Days may have 23 or 25 hours."""
        return int(self.until.timestamp()) - int(self.since.timestamp())

    @property
    def since_ns(self) -> int:
        """Unix nanoseconds."""
        return int(self.since.timestamp()) * 1_000_000_000

    @property
    def until_ns(self) -> int:
        """Unix nanoseconds."""
        return int(self.until.timestamp()) * 1_000_000_000


def zone(name: str) -> tzinfo:
    """The time zone of that name, such as UTC or Europe/Berlin. Raises BadQuestionError."""
    if name.upper() in ("UTC", "Z"):
        return timezone.utc
    try:
        return ZoneInfo(name)
    # A name that is a folder, or leads out of it, is told in several ways.
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadQuestionError(f"{name!r} is not a time zone: give UTC, or a name as Europe/Berlin") from error


def moment(text: str, now: datetime, option: str) -> datetime:
    """What `text` names, as seen from `now`, in the time zone of `now`. Raises BadQuestionError naming the option."""
    try:
        return _moment(text.strip(), now)
    except (ValueError, OverflowError) as error:
        raise BadQuestionError(f"{option} {text!r} is no moment: {_MOMENT}") from error


def period(since: datetime, until: datetime) -> Period:
    """The period between two moments. Raises BadQuestionError when it is reversed, empty or too long."""
    found = Period(since, until)
    if found.seconds <= 0:
        raise BadQuestionError(f"the period ends ({_said(until)}) before it begins ({_said(since)})")
    if found.seconds > LONGEST.total_seconds():
        days = found.seconds / 86400
        raise BadQuestionError(f"the period has {days:,.0f} days: ask for at most {LONGEST.days} at a time")
    return found


def day(text: str, zone: tzinfo) -> Period:
    """The day `2026-11-21` of a time zone. Raises BadQuestionError."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        found = date.fromisoformat(text)
        return Period(_midnight(found, zone), _midnight(found + timedelta(days=1), zone))
    except (ValueError, OverflowError) as error:
        raise BadQuestionError(f"{text!r} is no date: give one as 2026-11-21") from error


def parts(whole: Period, step: str) -> tuple[Period, ...]:
    """The days or hours of a period, by the clock of its time zone; the first and the last may be cut off.

    Raises BadQuestionError when the step is none or there are too many.
    """
    if step not in STEPS:
        raise BadQuestionError(f"{step!r} is no step: give {' or '.join(STEPS)}")
    shortest = 3600 if step == "hour" else 23 * 3600
    if whole.seconds / shortest > MOST_PARTS:
        raise BadQuestionError(f"the period has more than {MOST_PARTS} {step}s: ask for less, or by day")
    return tuple(_between(whole, _next_day if step == "day" else _next_hour))


def _between(whole: Period, following: Callable[[datetime], datetime]) -> Iterator[Period]:
    start, end = whole.since, whole.until.timestamp()
    while start.timestamp() < end:
        border = following(start)
        stop = border if border.timestamp() < end else whole.until
        yield Period(start, stop)
        start = stop


def _next_day(moment: datetime) -> datetime:
    return _midnight(moment.date() + timedelta(days=1), moment.tzinfo)


def _next_hour(moment: datetime) -> datetime:
    """By the clock on the wall, which in some places is half an hour off; the hour that comes twice comes twice."""
    into = timedelta(minutes=moment.minute, seconds=moment.second)
    later = moment.astimezone(timezone.utc) + timedelta(hours=1) - into
    return later.astimezone(moment.tzinfo)


def _midnight(of: date, zone: tzinfo | None) -> datetime:
    """The first moment of a day. Where the clock jumps over midnight, the day begins when it has jumped."""
    return datetime.combine(of, time(), zone).astimezone(timezone.utc).astimezone(zone)


def _moment(text: str, now: datetime) -> datetime:
    ago = _AGO.fullmatch(text)
    if ago:
        before = timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return (now.astimezone(timezone.utc) - before).astimezone(now.tzinfo)
    if text == "now":
        return now
    if _DATE.fullmatch(text):
        return _midnight(date.fromisoformat(text), now.tzinfo)
    found = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
    placed = found.replace(tzinfo=now.tzinfo) if found.tzinfo is None else found
    return placed.replace(microsecond=0).astimezone(timezone.utc).astimezone(now.tzinfo)


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
