"""Periods: what people write, and where days and hours begin."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest

from otel_voice.reports import periods
from otel_voice.reports.errors import BadQuestionError

NOW = datetime(2026, 11, 22, 2, 30, tzinfo=timezone.utc)
BERLIN = periods.zone("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", "2026-11-22T01:00:00+00:00"),
        ("24h", "2026-11-21T02:30:00+00:00"),
        ("7d", "2026-11-15T02:30:00+00:00"),
        ("2w", "2026-11-08T02:30:00+00:00"),
        ("now", "2026-11-22T02:30:00+00:00"),
        ("2026-11-20", "2026-11-20T00:00:00+00:00"),
        ("2026-11-20T08:30", "2026-11-20T08:30:00+00:00"),
        ("2026-11-20T08:30:15.500+02:00", "2026-11-20T06:30:15+00:00"),
        ("2026-11-20T08:30Z", "2026-11-20T08:30:00+00:00"),
    ],
)
def test_moments(text, expected):
    """As people write them."""
    assert periods.moment(text, NOW, "--since").isoformat() == expected


@pytest.mark.parametrize("text", ["", "yesterday", "-5h", "24", "1.5h", "2026-02-30", "999999w", "24H", "٣h", "1e3d"])
def test_what_is_no_moment(text):
    """The line names the option and what could be given."""
    with pytest.raises(BadQuestionError, match=r"--since.*give 90m, 24h"):
        periods.moment(text, NOW, "--since")


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "Europe", "\x00", "A" * 5000])
def test_what_is_no_zone(name):
    """Also what is a folder, or leads out of it."""
    with pytest.raises(BadQuestionError, match="not a time zone"):
        periods.zone(name)


@pytest.mark.parametrize(
    ("since", "until", "problem"),
    [
        (NOW, NOW, "ends"),
        (NOW, NOW - timedelta(days=1), "ends"),
        (NOW - timedelta(days=401), NOW, "at most 400"),
    ],
)
def test_what_is_no_period(since, until, problem):
    """Reversed, empty, too long."""
    with pytest.raises(BadQuestionError, match=problem):
        periods.period(since, until)


@pytest.mark.parametrize("text", ["2026-13-01", "2026-11", "today", "20261121", "9999-12-31"])
def test_what_is_no_day(text):
    """Neither is a day without a next."""
    with pytest.raises(BadQuestionError, match="no date"):
        periods.day(text, timezone.utc)


@pytest.mark.parametrize(("text", "hours"), [("2026-03-29", 23), ("2026-06-01", 24), ("2026-10-25", 25)])
def test_days_are_as_long_as_the_clock_says(text, hours):
    """The day on which the clock is set has another length, and as many hours."""
    day = periods.day(text, BERLIN)
    assert day.seconds == hours * 3600
    parts = periods.parts(day, "hour")
    assert len(parts) == hours and {part.seconds for part in parts} == {3600}


def test_parts_meet():
    """From the first moment to the last, nothing twice and nothing left out; the ends are cut off."""
    since = datetime(2026, 10, 23, 8, 20, 5, tzinfo=timezone.utc).astimezone(BERLIN)
    whole = periods.period(since, since + timedelta(days=4))
    for step, count in (("day", 5), ("hour", 98)):
        parts = periods.parts(whole, step)
        assert len(parts) == count
        assert (parts[0].since, parts[-1].until) == (whole.since, whole.until)
        assert all(one.until_ns == other.since_ns for one, other in pairwise(parts))
        assert sum(part.seconds for part in parts) == whole.seconds


def test_too_many_parts():
    """More hours than anybody reads."""
    with pytest.raises(BadQuestionError, match="or by day"):
        periods.parts(periods.period(NOW - timedelta(days=60), NOW), "hour")
