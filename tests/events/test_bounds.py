"""Labels have an end, and values that no log record can carry do no harm."""

from __future__ import annotations

import enum
import logging
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import otel_voice
from otel_voice.events import values
from otel_voice.telemetry import names
from otel_voice.telemetry.bounds import LONGEST, OTHER, Labels
from tests.events.conftest import Said


class Hostile:
    """Every question is an error."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __float__ = __index__ = __bool__ = __len__ = __str__  # type: ignore[assignment]


class Team(str, enum.Enum):
    SALES = "sales"


def test_ten_thousand_values_are_few_series(said: Said) -> None:
    """An id given for a label ends as _OTHER, and nothing is lost from the count."""
    for number in range(10_000):
        otel_voice.event("conversation.created", team=f"team-{number}")
    series = said.values("voice.conversation.changes")
    assert len(series) == Labels.VALUES + 1
    assert series["created", OTHER] == 10_000 - Labels.VALUES
    assert len(said.events()) == 10_000


def test_threads_do_not_pass_the_bound() -> None:
    """Many values at the same time are no more than few."""
    labels = Labels((names.VOICE_TEAM_NAME, names.VOICE_QUEUE_NAME))

    def use(number: int) -> tuple[str, ...]:
        return tuple(labels.of({names.VOICE_TEAM_NAME: f"t{number}", names.VOICE_QUEUE_NAME: f"q{number}"}).values())

    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(use, range(10_000)))
    assert len({team for team, _ in seen}) <= Labels.VALUES + 1
    assert len(seen) <= Labels.COMBINATIONS + 1


def test_combinations_have_an_end_too() -> None:
    """Sixty-four teams on sixty-four channels are not four thousand series; what is declared stays."""
    labels = Labels((names.VOICE_CONVERSATION_STATUS, names.VOICE_TEAM_NAME, names.VOICE_CONVERSATION_CHANNEL))
    seen = {
        tuple(
            labels.of(
                {
                    names.VOICE_CONVERSATION_STATUS: "closed",
                    names.VOICE_TEAM_NAME: f"t{team}",
                    names.VOICE_CONVERSATION_CHANNEL: f"c{channel}",
                }
            ).values()
        )
        for team in range(60)
        for channel in range(60)
    }
    assert len(seen) == Labels.COMBINATIONS + 1
    assert ("closed", OTHER, OTHER) in seen


@pytest.mark.parametrize("text", ["x" * (LONGEST + 1), "two\nlines", "nul\x00"])
def test_a_free_text_is_no_label(said: Said, text: str) -> None:
    """The record has it."""
    otel_voice.event("queue.wait", queue=text, duration=1.0)
    assert said.values("voice.queue.wait.duration") == {(OTHER,): (1, 1.0)}
    assert said.event(names.EVENT_VOICE_QUEUE_WAIT).attributes[names.VOICE_QUEUE_NAME] == text


def test_a_phone_number_is_no_label_and_on_no_record(said: Said) -> None:
    """Fields are redacted before anything else sees them; so are the warnings about them."""
    otel_voice.event("conversation.assigned", team="+41 79 123 45 67", assignee="ada@example.com")
    otel_voice.event("+41 79 123 45 67", note="Bearer 9f8A7c6B5d4E3f2A1b0C")
    assert said.values("voice.conversation.changes") == {("assigned", "[phone]"): 1}
    everything = str([(record.body, record.event_name, dict(record.attributes)) for record in said.events()])
    assert "123 45 67" not in everything
    assert "ada@" not in everything
    assert "9f8A7c6B" not in everything


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "many", Hostile(), 10**400, True, [], None])
def test_what_is_no_number_is_left_out(said: Said, caplog: pytest.LogCaptureFixture, value: Any) -> None:
    """The event goes out without it, no metric is derived, and it is told; None is simply nothing."""
    with caplog.at_level(logging.WARNING, "otel_voice"):
        otel_voice.event("queue.wait", queue="night", duration=value)
        otel_voice.event("queue.depth", queue="night", depth=value)
    assert said.points("voice.queue.wait.duration") == said.points("voice.queue.depth") == []
    assert names.VOICE_QUEUE_WAIT_DURATION not in said.event(names.EVENT_VOICE_QUEUE_WAIT).attributes
    assert len(caplog.messages) == (0 if value is None else 2)
    assert all("number; it is left out" in each for each in caplog.messages)


def test_a_secret_is_known_by_the_name_of_its_field(said: Said) -> None:
    """Of what nobody declared: neither the attribute nor the line has it."""
    otel_voice.event("account.opened", password="hunter2!", api_key="k-12345", pin="4711")
    record = said.event("account.opened")
    assert record.body == "account opened: password=[secret], api_key=[secret], pin=4711"
    assert record.attributes["password"] == record.attributes["api_key"] == "[secret]"


def test_a_negative_number_is_on_the_record_alone(said: Said) -> None:
    """A histogram takes none."""
    otel_voice.event("queue.wait", queue="night", duration=-1.0)
    assert said.event(names.EVENT_VOICE_QUEUE_WAIT).attributes[names.VOICE_QUEUE_WAIT_DURATION] == -1.0
    assert said.points("voice.queue.wait.duration") == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Hostile(), "<Hostile>"),
        (Team.SALES, "sales"),
        ("x" * 5_000_000, "x" * values.LONGEST + "…"),
        ("half \ud83d pair", "half \\ud83d pair"),
        (b"\xff", "b'\\xff'"),
        (10**400, None),
        (math.nan, "nan"),
        (7, 7),
        (False, False),
        ("sk-" + "A1b2" * 8, "[secret]"),
        ({"password": "hunter2!"}, "{'password': '[secret]'}"),
    ],
)
def test_any_object_is_a_field(said: Said, value: Any, told: Any) -> None:
    """As text where OTLP has nothing for it; bounded, redacted, and sendable."""
    otel_voice.event("order.shipped", thing=value)
    thing = said.event("order.shipped").attributes["thing"]
    if told is None:
        assert isinstance(thing, str)
    else:
        assert thing == told
    str(thing).encode()


@pytest.mark.parametrize("given", [None, 7, Hostile(), "", "x" * 10_000, "\ud83d"])
def test_no_argument_raises(said: Said, given: Any) -> None:
    """Whatever the program gives for a name: it goes on, and something is told."""
    otel_voice.event(given)
    otel_voice.message(given, given, given)
    otel_voice.alert(given, given, given, given, given, given)
    otel_voice.record_error(given, component=given)
    with otel_voice.timer(given), otel_voice.integration(given, given), otel_voice.tool(given):
        pass
    otel_voice.tool(given).denied(given)
    assert len(said.events()) == 10
    said.checked = True


@pytest.mark.parametrize("before", range(values.LONGEST - 60, values.LONGEST + 20, 7))
@pytest.mark.parametrize("emails", [0, 400])
def test_half_a_secret_is_told_nowhere(before: int, emails: int) -> None:
    """Wherever a text is cut, also where redaction made it much shorter before that."""
    secret = "sk-" + "A1b2" * 40
    text = values.text("ada.lovelace@example.com " * emails + "x" * before + " " + f"{secret} " * 200)
    assert "A1b2" not in text
    assert len(text) <= values.LONGEST + 1


def test_a_document_of_fields_is_cut(said: Said) -> None:
    """An event is no place for a whole document."""
    otel_voice.event("order.shipped", **{f"field{number}": number for number in range(10_000)})
    assert len(said.event("order.shipped").attributes) == 65


def test_warnings_have_an_end(said: Said, caplog: pytest.LogCaptureFixture) -> None:
    """An id in the name of an event does not fill the log, nor the memory."""
    with caplog.at_level(logging.WARNING, "otel_voice"):
        for number in range(2000):
            otel_voice.event(f"order.{number}")
    assert len(caplog.messages) == 1000
