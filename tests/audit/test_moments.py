"""Moments are written and read without a loss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_voice.audit_trail.moments import iso, nanoseconds
from tests.audit.records import PATIENT


@PATIENT
@given(st.integers(0, 4_000_000_000_000_000_000))
def test_a_moment_is_read_as_it_was_written(unix_ns: int) -> None:
    """To the nanosecond."""
    assert nanoseconds(iso(unix_ns)) == unix_ns


@pytest.mark.parametrize(
    "text", ["1970-01-01T00:00:01.5Z", "1970-01-01T00:00:01.500000000+00:00", "1970-01-01T02:00:01.50+02:00"]
)
def test_as_the_client_of_loki_prints_it(text: str) -> None:
    """With as many digits as there are, in the zone of whoever asks."""
    assert nanoseconds(text) == 1_500_000_000


@pytest.mark.parametrize("text", ["", "x", "1970-01-01", "1970-13-01T00:00:00Z", "1970-01-01T00:00:00", "None"])
def test_what_is_no_moment_is_none(text: str) -> None:
    """Whatever stands there."""
    assert nanoseconds(text) is None
