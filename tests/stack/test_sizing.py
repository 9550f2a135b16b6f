"""The page on sizing says what was measured, and nothing that does not follow from it."""

from __future__ import annotations

from dataclasses import replace

from tests.stack.sizing import page
from tests.stack.sizing.measured import Measured
from tests.stack.sizing.paper import Assumed, Paper


def test_the_page_is_what_was_measured() -> None:
    """`python -m tests.stack.sizing.page` writes it; a change of an assumption without it fails here."""
    text = page.PAGE.read_text()
    assert page.written(text) == text


def test_twice_the_calls_are_twice_the_spans_and_the_processes() -> None:
    """The paper has no hidden constant."""
    measured, assumed = Measured.load(), Assumed()
    once, twice = Paper(measured, assumed), Paper(measured, replace(assumed, calls=2 * assumed.calls))
    assert twice.spans == 2 * once.spans
    assert twice.points == 2 * once.points
    assert twice.stored_logs() == 2 * once.stored_logs()


def test_more_calls_in_a_process_are_fewer_series() -> None:
    """No series is a call's."""
    measured, assumed = Measured.load(), Assumed()
    fuller = Paper(measured, replace(assumed, calls_per_process=2 * assumed.calls_per_process))
    plain = Paper(measured, assumed)
    assert fuller.spans == plain.spans
    assert fuller.processes * measured.call.series == plain.processes * measured.call.series / 2


def test_every_signal_of_every_role_was_measured() -> None:
    """A row that is missing is a tier without a size."""
    carried = Measured.load().carried
    assert set(carried["agent"]) == set(carried["gateway"]) == {"traces", "metrics", "logs"}
    assert set(carried["gateway, sampling"]) == {"traces"}
