"""record_error(): an error that goes no further is an event, counted, and seen on the span."""

from __future__ import annotations

import otel_voice
from otel_voice.telemetry import names
from tests.events.conftest import Said


def raised() -> Exception:
    try:
        raise ValueError("no account for ada@example.com")
    except ValueError as error:
        return error


def test_an_error_is_an_event_with_its_stack(said: Said) -> None:
    """Class, redacted text and stack, in the category error; counted by its class and component."""
    otel_voice.record_error(raised(), component="billing", order=7)
    record = said.event("exception")
    assert record.attributes[names.EXCEPTION_TYPE] == "ValueError"
    assert record.attributes[names.EXCEPTION_MESSAGE] == "no account for [email]"
    assert "in raised" in record.attributes[names.EXCEPTION_STACKTRACE]
    assert "ada@" not in record.attributes[names.EXCEPTION_STACKTRACE]
    assert record.attributes["order"] == 7
    assert record.body == "ValueError: no account for [email]"
    assert said.values("voice.errors") == {("ValueError", "billing"): 1}
    said.check("order")


def test_the_span_around_it_has_failed(said: Said) -> None:
    """Also the component is that of the code around, where none is named."""
    with otel_voice.traced(name="settle", component="billing"):
        otel_voice.record_error(raised())
    span = said.span("settle")
    assert span.attributes[names.ERROR_TYPE] == "ValueError"
    assert span.status.description == "no account for [email]"
    assert said.values("voice.errors") == {("ValueError", "billing"): 1}


def test_a_call_has_not_failed_because_of_it(said: Said) -> None:
    """The conversation and the turn say by themselves how they went."""
    with otel_voice.conversation("call-1"), otel_voice.turn():
        otel_voice.record_error(raised())
    assert all(span.status.is_unset for span in said.spans())
    assert said.event("exception").attributes[names.VOICE_CONVERSATION_ID] == "call-1"


def test_an_error_in_words(said: Said) -> None:
    """What has no class is _OTHER."""
    otel_voice.record_error("the carrier hung up")
    assert said.values("voice.errors") == {("_OTHER",): 1}
    assert said.event("exception").attributes[names.EXCEPTION_MESSAGE] == "the carrier hung up"
