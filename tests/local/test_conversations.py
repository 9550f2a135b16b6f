"""From the store to what a view shows: before the root has come, when it never does, and outside of conversations."""

import pytest

from otel_voice.local.conversations import Conversations
from otel_voice.local.errors import LocalError
from otel_voice.local.records import Kind
from otel_voice.telemetry import names
from tests.local import payloads


@pytest.fixture
def keep(store, path):
    def keep(*requests):
        for request in requests:
            store.add(payloads.rows_of(request))
        return Conversations(path)

    return keep


def test_a_whole_call(keep):
    """Turns hold their operations in order, each with what it says of itself."""
    call = keep(payloads.call(), payloads.traces(payloads.root())).conversation("call-1")
    turn = call.turns[0]
    assert (call.outcome, call.service, call.duration_s, turn.ended) == ("completed", "agent", 10.0, True)
    assert (turn.index, turn.latency_s, turn.interrupted, turn.errors) == (1, 1.0, True, 1)
    assert [one.kind for one in turn.operations] == [
        Kind.SPEECH_TO_TEXT,
        Kind.INFERENCE,
        Kind.TOOL,
        Kind.INFERENCE,
        Kind.TEXT_TO_SPEECH,
    ]
    assert [one.error for one in turn.operations] == [None, None, None, "429", None]
    assert (turn.operations[0].tail_s, turn.operations[1].first_s, turn.operations[2].name) == (0.2, 0.2, "book")
    assert (turn.operations[4].characters, turn.operations[4].interrupted) == (54, True)


def test_the_service_is_the_agents(keep):
    """What a browser tells of a conversation comes before, and does not name it."""
    page = payloads.traces(payloads.span(90, "voice.client.call", -2, 11), service="page")
    kept = keep(page, payloads.call(), payloads.traces(payloads.root()))
    assert kept.conversation("call-1").service == "agent"
    assert [listed.service for listed in kept.listed()] == ["agent"]
    assert (
        keep(payloads.traces(payloads.span(91, "x", 0, 1, "call-2"), service="page")).conversation("call-2").service
        == "page"
    )


def test_before_the_root_has_come(keep):
    """A conversation is there as soon as any span or log line of it is; its outcome is empty."""
    reader = keep(payloads.traces(payloads.operation(2, "chat", "gpt", 0, 1)))
    call = reader.conversation("call-1")
    assert (call.outcome, call.turns[0].ended, call.turns[0].index) == ("", False, 1)
    assert reader.listed()[0].ended is False


def test_a_conversation_of_log_lines_alone(keep):
    """A program that crashed before its first span still shows what it logged."""
    call = keep(payloads.logs(payloads.log("about to crash", 1, turn=1))).conversation("call-1")
    assert [line.text for line in call.turns[0].logs] == ["about to crash"]


def test_log_lines_go_where_they_belong(keep):
    """By turn, by conversation, by trace; what the view says itself is left out."""
    call = keep(
        payloads.call(),
        payloads.logs(
            payloads.log("in the turn", 2, turn=1, severity=13),
            payloads.log("in the call", 3),
            payloads.log("in the trace", 4, conversation=None, in_trace="call-1"),
            payloads.log("", 5, turn=1, event=names.EVENT_VOICE_TURN_COMPLETED),
        ),
    ).conversation("call-1")
    assert [(line.level, line.text) for line in call.turns[0].logs] == [("WARN", "in the turn")]
    assert [line.text for line in call.logs] == ["in the call", "in the trace"]


def test_what_belongs_to_no_conversation_is_apart(keep):
    """Operations, other spans and log lines without a conversation are listed on their own."""
    reader = keep(
        payloads.call(),
        payloads.traces(
            payloads.operation(20, "text_to_speech", "flash", 0, 1, turn=None, conversation=None),
            payloads.span(21, "GET /health", 0, 1, conversation=None),
        ),
        payloads.logs(payloads.log("starting", 0, conversation=None)),
    )
    alone = reader.alone()
    assert ([one.name for one in alone.operations], alone.other_spans) == (["flash"], 1)
    assert [line.text for line in alone.logs] == ["starting"]
    assert [one.id for one in reader.listed()] == ["call-1"]


def test_an_id_may_be_a_unique_prefix(keep):
    """A prefix finds its only conversation; the whole id wins over longer ones; else the line says what to do."""
    roots = [payloads.root(id, number=n) for n, id in enumerate(["abc", "abcd", "abx", "100%"], start=1)]
    reader = keep(payloads.traces(*roots))
    assert [reader.resolve(prefix) for prefix in ("abc", "abcd", "abx", "10")] == ["abc", "abcd", "abx", "100%"]
    with pytest.raises(LocalError, match="3 conversations start with ab: abc, abcd, abx"):
        reader.resolve("ab")
    with pytest.raises(LocalError, match=r"no conversation %.*otel-voice list"):
        reader.resolve("%")


def test_what_a_sender_gets_wrong_is_no_reason_to_fail(keep):
    """Attributes of the wrong type, a span that ends before it starts, times beyond 64 bits."""
    strange = payloads.turn(8, 1, 3, 2, VOICE_TURN_RESPONSE_LATENCY="soon")
    strange.attributes.extend(payloads.attributes({names.VOICE_TURN_INDEX: "first"}))
    late = payloads.operation(9, "chat", "gpt", 0, 1, GEN_AI_USAGE_INPUT_TOKENS="many")
    late.end_time_unix_nano = 2**64 - 1
    turn = keep(payloads.traces(strange, late)).conversation("call-1").turns[0]
    assert (turn.latency_s, turn.operations[0].input_tokens) == (None, None)
