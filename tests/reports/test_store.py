"""Reports of the embedded store: exact, and silent about what is not known."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from otel_voice.reports.errors import UnavailableError
from otel_voice.reports.model import Call
from otel_voice.reports.store_source import StoreSource
from otel_voice.telemetry import names
from tests.reports import traffic
from tests.reports.asking import report


def test_calls_and_their_outcomes(store):
    """Calls are counted where they ended, and rates are shares of those."""
    calls = report(store).total.calls
    assert (calls.started, calls.ended) == (4, 4)
    assert calls.outcomes == {"completed": 2, "abandoned": 1, "failed": 1}
    assert (calls.success_rate, calls.abandonment_rate) == (0.5, 0.25)
    assert calls.abandoned_at == {"greeting": 1}
    assert (calls.duration.sum, calls.duration.p50, calls.turns.sum) == (160, 45, 4)


def test_latencies_are_exact(store):
    """Quantiles are of the values themselves, and the stages sum to the latency."""
    talk = report(store).total.talk
    assert (talk.response_latency.count, talk.response_latency.p50) == (4, 1.5)
    assert sum(stage.sum for stage in talk.stages.values()) == pytest.approx(talk.response_latency.sum)
    assert talk.dead_air.sum == 8


def test_providers_and_what_they_cost(store):
    """Errors are by provider, operation and type; a tool of the program is no provider."""
    total = report(store).total
    errors = {(use.provider, use.operation): use.errors for use in total.providers}
    assert errors == {
        ("deepgram", "speech_to_text"): {},
        ("elevenlabs", "text_to_speech"): {},
        ("openai", "chat"): {"429": 1},
    }
    spent = total.spent
    assert (spent.input_tokens, spent.heard, spent.spoken, spent.characters) == (400, 40, 20, 200)
    assert (spent.cost_of_calls.sum, spent.cost_of_calls.p50) == (1.25, 0.25)
    assert (spent.cost, spent.cost_per_call, spent.cost_per_hour) == (1.25, 0.3125, pytest.approx(1.25 / 24))


def test_what_the_program_said(store):
    """Events of the catalogue are what their metrics would have counted."""
    total = report(store).total
    assert total.business.appointments == {"booked": 1}
    assert total.business.satisfaction.mean == 4
    [team], [queue] = total.teams, total.queues
    assert (team.name, team.satisfaction.count, team.most_open, queue.deepest) == ("sales", 1, 9, 7)
    [alert] = report(store).alerts
    assert (alert.name, alert.severity, alert.started, alert.ended) == ("No line", "critical", traffic.NOON, None)


def test_what_is_missing_is_missing(store):
    """Nothing is 0 that nobody told of."""
    total = report(store).total
    assert total.spent.output_tokens is total.talk.interruptions is total.business.languages is None


def test_a_counter_that_counted_nothing_is_zero(tmp_path):
    """The program told of the metric in the period: then nothing happened, and that is known."""
    calls = traffic.Calls()
    calls.zero(names.METRIC_VOICE_CONVERSATIONS, traffic.NOON)
    calls.keep(tmp_path / "store")
    assert report(tmp_path / "store").total.calls.ended == 0
    assert report(tmp_path / "store", "2026-11-19", "2026-11-20").total.calls.ended is None


def test_parts_are_by_the_clock_of_the_zone(store):
    """15:00 in London is another day in Auckland; each call is in one part."""
    parts = report(store, since="2026-11-20T00:00Z", until="2026-11-21T00:00Z", by="day", timezone="Pacific/Auckland")
    assert [part.calls.ended for part in parts.parts] == [None, 4]
    assert [part.period.since.hour for part in parts.parts] == [13, 0]
    assert parts.timezone == "Pacific/Auckland" and parts.peak_hours == {"01": 3, "04": 1}


def test_borders_belong_to_the_later_period(tmp_path):
    """A call that ends at midnight is counted once, in the day that begins."""
    calls = traffic.Calls()
    calls.call("at midnight", traffic.NOON + timedelta(hours=12))
    calls.keep(tmp_path / "store")
    assert report(tmp_path / "store").total.calls.ended is None
    assert report(tmp_path / "store", "2026-11-21", "2026-11-22").total.calls.ended == 1


def test_one_service(store):
    """The others' calls are not in it; a service that sent nothing is named, with those that did."""
    other = traffic.Calls(first=1000)
    other.call("of another", traffic.NOON)
    other.keep(store, service="other")
    assert report(store, service="other").total.calls.ended == 1
    assert report(store).total.calls.ended == 5
    unknown = report(store, service="nobody")
    assert unknown.total.calls.ended is None
    assert any("'nobody'" in note and "agent, other" in note for note in unknown.notes)


def test_where_the_history_begins_is_said(store):
    """A period from before the store's first moment is incomplete."""
    assert any("begins at 2026-11-20T11:59" in note for note in report(store).notes)
    assert report(store, "2026-11-20T13:00", "2026-11-21").notes == ()


def test_events_that_were_not_kept(tmp_path):
    """Where spans tell of more calls than events do, what only events tell is incomplete, and the report says so."""
    calls = traffic.Calls()
    for number in range(9):
        calls.call(str(number), traffic.NOON)
    calls.records.clear()
    calls.keep(tmp_path / "store")
    made = report(tmp_path / "store")
    assert (made.total.calls.ended, made.total.calls.started) == (9, None)
    assert any("events tell of 0 of the 9 calls" in note for note in made.notes)


def test_calls_are_listed_newest_first(store):
    """With what their spans know."""
    period = report(store).total.period
    source = StoreSource(store, period)
    calls = source.calls(period, period.until_ns, 2)
    assert [call.id for call in calls] == ["four", "three"]
    assert [call.id for call in source.calls(period, calls[-1].ended_ns, 9)] == ["two", "one"]
    assert isinstance(calls[0], Call) and (calls[0].duration, calls[0].channel) == (60, "phone")


def test_strange_attributes_are_no_numbers(tmp_path):
    """Whatever a span claims, a report is made: what is no number is not counted."""
    calls = traffic.Calls()
    start = traffic.NOON
    of = {names.GEN_AI_OPERATION_NAME: 7, names.VOICE_COST: float("nan"), names.GEN_AI_USAGE_INPUT_TOKENS: "many"}
    calls.span("strange", start, start - timedelta(seconds=5), of)
    calls.keep(tmp_path / "store")
    [use] = report(tmp_path / "store").total.providers
    assert (use.operation, use.duration.sum, report(tmp_path / "store").total.spent.cost) == ("7", 0, None)


def test_a_store_of_a_newer_version(store):
    """It is not read as if it were of this one."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UnavailableError, match="upgrade otel-voice"):
        report(store)


def test_a_damaged_span(store):
    """One line that names the store."""
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE span SET raw = x'ffff' WHERE role = 'turn'")
    with pytest.raises(UnavailableError, match="is damaged"):
        report(store)


@pytest.mark.parametrize("content", [b"", b"no store", b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_store_that_is_none(tmp_path, content):
    """One line that names it."""
    (tmp_path / "store").write_bytes(content)
    with pytest.raises(UnavailableError, match=str(tmp_path)):
        report(tmp_path / "store")
