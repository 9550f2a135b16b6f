"""Each category of log reaches Loki under its own label, because retention follows it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.stack.real.otlp import TRACE, attributes, log, logs
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(240)

CATEGORIES = ("app", "access", "error", "security", "audit", "performance")


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_is_a_label(stack: Stack, category: str) -> None:
    """A record of the category is found once by its label, with trace and conversation beside it."""
    mark = {"voice.log.category": category, "voice.conversation.id": f"call-{category}"}
    stack.send("logs", logs(log(f"said as {category}", mark)))
    query = f'{{voice_log_category="{category}", service_name="by-hand"}} |= "said as" | trace_id="{TRACE}"'
    [stream] = eventually(lambda: stack.log_streams(query), f"a record of {category}")
    assert stream["stream"]["voice_conversation_id"] == f"call-{category}"
    assert len(stream["values"]) == 1


def test_an_unknown_category_is_app(stack: Stack) -> None:
    """A category that does not exist makes no label of its own."""
    stack.send("logs", logs(log("of no category", {"voice.log.category": "call-4711"})))
    eventually(lambda: stack.log_streams('{voice_log_category="app"} |= "of no category"'), "the record as app")


NOW = time.time_ns()
HOUR = 3600 * 10**9
NOT_FOR_LOKI: dict[str, dict[str, Any]] = {
    "a long line": {"body": {"stringValue": "too much " + "word " * 60_000}},
    "a long map": {"body": {"kvlistValue": {"values": attributes({"too much": "word " * 60_000})}}},
    "a long attribute": {"attributes": attributes({"stack": "word " * 30_000})},
    "many attributes": {"attributes": attributes({f"key{n}": "value" for n in range(300)})},
    "many long attributes": {"attributes": attributes({f"key{n}": "word " * 600 for n in range(40)})},
    "no time": {"timeUnixNano": "0"},
    "a time long ago": {"timeUnixNano": str(NOW - 1000 * HOUR)},
    "a time to come": {"timeUnixNano": str(NOW + 5 * HOUR)},
}


@pytest.mark.parametrize("what", NOT_FOR_LOKI)
def test_what_loki_would_refuse_is_made_to_fit(stack: Stack, what: str) -> None:
    """An audit record that is too large, or of a clock that is wrong, is there all the same, cut or corrected."""
    record = {**log("audited", {}), **NOT_FOR_LOKI[what]}
    record["attributes"] = attributes({"what": what, "voice.log.category": "audit"}) + record["attributes"]
    stack.send("logs", logs(record))
    query = f'{{voice_log_category="audit"}} | what="{what}"'
    [stream] = eventually(lambda: stack.log_streams(query), f"the record with {what}")
    assert len(stream["values"]) == 1


def test_a_wrong_clock_is_kept_beside_the_right_one(stack: Stack) -> None:
    """What the sender took for the time is an attribute."""
    mark = {"voice.log.category": "audit"}
    stack.send("logs", logs(log("of a wrong clock", mark, timeUnixNano=str(10**18))))
    query = '{voice_log_category="audit"} |= "of a wrong clock"'
    [stream] = eventually(lambda: stack.log_streams(query), "the record")
    assert stream["stream"]["voice_log_claimed_time"] == "2001-09-09T01:46:40Z"


def test_an_event_is_found_by_its_name(stack: Stack) -> None:
    """OTLP's event name, of which Loki knows nothing, is a field beside the line."""
    stack.send("logs", logs(log("a turn ended", {"voice.log.category": "app"}, eventName="turn.completed")))
    query = '{voice_log_category="app"} |= "a turn ended" | event_name="turn.completed"'
    eventually(lambda: stack.log_streams(query), "the event")
