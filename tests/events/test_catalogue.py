"""The catalogue: every event is told, with the metrics that are derived from it."""

from __future__ import annotations

import logging
from typing import Any

import pytest

import otel_voice
from otel_voice.telemetry import names
from otel_voice.telemetry.catalogue import CATALOGUE, NUMBERS, VALUES
from tests.events.conftest import Said


def sample(attribute: str) -> Any:
    """A value that the attribute may have."""
    if attribute in NUMBERS:
        return NUMBERS[attribute](4)
    return VALUES[attribute][-1] if attribute in VALUES else "some"


def amount(attribute: str, attributes: dict[str, Any]) -> Any:
    """What a metric takes of it: the number, or the place of a word that is declared."""
    given = attributes[attribute]
    return VALUES[attribute].index(given) if attribute in VALUES else given


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_event_carries_its_fields_and_its_metrics_their_values(said: Said, name: str) -> None:
    """Each field is the declared attribute; each derived metric has the value and the labels of this event."""
    declared = CATALOGUE[name]
    fields = {key: sample(attribute) for key, attribute in declared.fields.items()}
    otel_voice.event(name.removeprefix("voice."), **fields)
    attributes = {**{declared.fields[key]: value for key, value in fields.items()}, **declared.constants}
    record = said.event(name)
    assert dict(record.attributes) == {**attributes, names.VOICE_LOG_CATEGORY: names.EVENTS[name].category}
    for metric, value in declared.metrics.items():
        [point] = said.points(metric)
        assert (point.sum if hasattr(point, "sum") else point.value) == (amount(value, attributes) if value else 1)
        labels = names.METRICS[metric].labels
        assert dict(point.attributes) == {label: attributes[label] for label in labels if label in attributes}


@pytest.mark.parametrize(
    ("name", "fields", "metric", "labels", "value"),
    [
        ("conversation.created", {"team": "sales", "channel": "phone"}, "voice.conversation.changes",
         ("created", "phone", "sales"), 1),
        ("conversation.first_response", {"team": "sales", "duration": 12.5},
         "voice.conversation.first_response.duration",
         ("sales",), (1, 12.5)),
        ("conversation.resolved", {"team": "sales", "duration": 3600}, "voice.conversation.resolution.duration",
         ("sales",), (1, 3600.0)),
        ("queue.depth", {"queue": "night", "depth": 7}, "voice.queue.depth", ("night",), 7),
        ("queue.wait", {"queue": "night", "duration": 42.0}, "voice.queue.wait.duration", ("night",), (1, 42.0)),
        ("agent.load", {"agent": "a-7", "team": "sales", "open": 9}, "voice.agent.load", ("a-7", "sales"), 9),
        ("integration.circuit", {"adapter": "crm", "state": "closed"}, "voice.integration.circuit", ("crm",), 0),
        ("integration.circuit", {"adapter": "crm", "state": "half_open"}, "voice.integration.circuit", ("crm",), 1),
        ("integration.circuit", {"adapter": "crm", "state": "open"}, "voice.integration.circuit", ("crm",), 2),
        ("auth.permission_denied", {"user": "u-1", "resource": "refunds"}, "voice.auth.events",
         ("permission_check", "denied"), 1),
        ("appointment.booked", {"service": "viewing"}, "voice.appointments", ("booked", "viewing"), 1),
        ("csat.received", {"score": 4, "team": "sales"}, "voice.csat.score", ("sales",), (1, 4.0)),
        ("language.detected", {"language": "pt-BR"}, "voice.languages", ("pt-BR",), 1),
    ],
)  # fmt: skip
def test_the_derived_metrics(
    said: Said, name: str, fields: dict[str, Any], metric: str, labels: tuple[str, ...], value: Any
) -> None:
    """What an operator counts: by status, team, queue and outcome, never by user or id."""
    otel_voice.event(name, **fields)
    assert said.values(metric) == {labels: value}


def test_counts_add_up(said: Said) -> None:
    """Three events of two kinds are two series with their counts; a queue's depth is its last."""
    for status in ("booked", "booked", "cancelled"):
        otel_voice.event(f"appointment.{status}")
    for depth in (3, 5, 2):
        otel_voice.event("queue.depth", queue="night", depth=depth)
    assert said.values("voice.queue.depth") == {("night",): 2}  # first: before SDK 1.40 a gauge is collected once
    assert said.values("voice.appointments") == {("booked",): 2, ("cancelled",): 1}


def test_a_circuit_of_another_state_moves_no_gauge(said: Said, caplog: pytest.LogCaptureFixture) -> None:
    """The event goes out as it was said, the warning names what is allowed, and no number is made up."""
    otel_voice.event("integration.circuit", adapter="crm", state="ajar")
    assert said.event(names.EVENT_VOICE_INTEGRATION_CIRCUIT).attributes[names.VOICE_INTEGRATION_CIRCUIT_STATE] == "ajar"
    assert said.values("voice.integration.circuit") == {}
    assert "none of closed, half_open, open" in caplog.text


def test_an_event_belongs_to_its_conversation(said: Said) -> None:
    """It carries the ids of the conversation and of its session, and the trace of its turn where no span is current."""
    with otel_voice.conversation("call-1", session_id="s-1"), otel_voice.turn():
        otel_voice.event("handoff.requested", team="support", reason="asked for a person")
    record, turn = said.event(names.EVENT_VOICE_HANDOFF_REQUESTED), said.span("turn")
    assert record.attributes[names.VOICE_CONVERSATION_ID] == "call-1"
    assert record.attributes[names.SESSION_ID] == "s-1"
    assert record.attributes[names.VOICE_TURN_INDEX] == 1
    assert record.trace_id == turn.context.trace_id


def test_an_event_of_a_call_has_its_channel(said: Said) -> None:
    """What conversation() was given need not be said again; what is said goes before it."""
    with otel_voice.conversation("call-1", channel="phone", direction="inbound"):
        otel_voice.event("appointment.booked")
        otel_voice.event("appointment.booked", channel="web")
        otel_voice.event("conversation.created", team="sales")
    assert said.values("voice.appointments") == {("booked", "phone"): 1, ("booked", "web"): 1}
    created = said.event("voice.conversation.created")
    assert created.attributes[names.VOICE_CONVERSATION_DIRECTION] == "inbound"
    assert created.body == "conversation created: team=sales"


def test_an_auth_event_is_a_matter_of_security(said: Said) -> None:
    """Category and severity are the catalogue's, not the caller's."""
    otel_voice.event("auth.permission_denied", user="u-1", resource="refunds")
    record = said.event(names.EVENT_VOICE_AUTH_PERMISSION_DENIED)
    assert record.attributes[names.VOICE_LOG_CATEGORY] == "security"
    assert record.severity_text == "WARN"


def test_an_unknown_event_is_logged_and_told_once(said: Said, caplog: pytest.LogCaptureFixture) -> None:
    """The warning names what is nearest; the event goes out each time with all its fields."""
    with caplog.at_level(logging.WARNING, "otel_voice"):
        otel_voice.event("conversation.asigned", team="sales")
        otel_voice.event("conversation.asigned", team="support")
    [warning] = caplog.messages
    assert "'conversation.asigned'" in warning
    assert "did you mean 'conversation.assigned'?" in warning
    assert [record.attributes["team"] for record in said.events("conversation.asigned")] == ["sales", "support"]
    assert said.points("voice.conversation.changes") == []


def test_an_unknown_field_is_logged_and_told_once(said: Said, caplog: pytest.LogCaptureFixture) -> None:
    """The warning names what is nearest; the field goes out under its own name, the event is counted."""
    with caplog.at_level(logging.WARNING, "otel_voice"):
        otel_voice.event("conversation.assigned", tema="sales")
        otel_voice.event("conversation.assigned", tema="sales")
    [warning] = caplog.messages
    assert "no field 'tema'; did you mean 'team'?" in warning
    assert [record.attributes["tema"] for record in said.events()] == ["sales", "sales"]
    assert said.values("voice.conversation.changes") == {("assigned",): 2}
    said.check("tema")


def test_a_value_that_is_not_declared_is_told_and_no_label(said: Said, caplog: pytest.LogCaptureFixture) -> None:
    """The record keeps it, the metric says _OTHER."""
    with caplog.at_level(logging.WARNING, "otel_voice"):
        otel_voice.event("sentiment.measured", sentiment="furious")
    assert "'furious' is none of positive, neutral, negative, mixed" in caplog.text
    assert said.event(names.EVENT_VOICE_SENTIMENT_MEASURED).attributes[names.VOICE_SENTIMENT_LABEL] == "furious"
    assert said.values("voice.sentiments") == {("_OTHER",): 1}


@pytest.mark.parametrize("status", ["received", "sent", "delivered", "failed"])
def test_a_message(said: Said, status: str) -> None:
    """message() says which way, by what, and what became of it."""
    otel_voice.message("outbound", "sms", status, length=142, message_id="m-1")
    record = said.event(f"voice.message.{status}")
    assert record.attributes[names.VOICE_MESSAGE_LENGTH] == 142
    assert said.values("voice.messages") == {("outbound", "sms", status): 1}


def test_a_message_of_no_known_status_is_logged(said: Said, caplog: pytest.LogCaptureFixture) -> None:
    """It is an event that the catalogue does not have."""
    with caplog.at_level(logging.WARNING, "otel_voice"):
        otel_voice.message("outbound", "sms", "bounced")
    assert "no event 'message.bounced'" in caplog.text
    assert said.event("message.bounced").attributes == {
        "direction": "outbound",
        "channel": "sms",
        names.VOICE_LOG_CATEGORY: "app",
    }
