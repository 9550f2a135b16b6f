"""What the program says of a call, as its spans, metrics and events tell it."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator

import pytest

import otel_voice
from otel_voice import call as the_call
from otel_voice.observation import clock as the_clock
from otel_voice.observation.records import TextToSpeech
from otel_voice.runtime import runtime
from otel_voice.telemetry import names
from tests.signals import Signals
from tests.telemetry.telling import Telling
from tests.unit.conversing import Clock

LABELS = {names.VOICE_CONVERSATION_CHANNEL: "phone"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    return clock


@pytest.fixture
def told(signals: Signals) -> Iterator[Telling]:
    """The process's conversations, told to the test's providers."""
    telling = Telling(signals.providers())
    telling.telemetry = runtime().telemetry(**signals.providers())
    telling.conversations = runtime().conversations
    telling.recorder = runtime().recorder(telling.telemetry)
    yield telling
    telling.conversations.close_all()
    runtime().telemetry()


def booked(told: Telling, clock: Clock) -> None:
    """A telephony loop that tells everything it knows."""
    with otel_voice.conversation("call-1", channel="phone", direction="inbound") as call:
        call.state("greeting")
        clock.at(1.0)
        call.user_speech_started()
        clock.at(2.5)
        call.user_speech_ended(ago=0.5)
        call.state("booking")
        call.fallback("not understood")
        call.retry("calendar")
        told.play(clock, TextToSpeech("deepgram"), 2.6, 3.0, first_chunk_ns=2.8, audio_seconds=4.0, characters=40)
        clock.at(3.25)
        call.playback_started(ago=0.25)
        clock.at(4.5)
        call.user_speech_started(ago=0.5)
        call.interrupted("user_speech")
        call.playback_progressed(1.25)
        call.playback_ended()
        clock.at(6.0)
        call.transferred()


def test_a_turn_says_what_the_program_knows(told: Telling, clock: Clock, signals: Signals) -> None:
    """The latency between its marks, with the time that playback took, and the barge-in."""
    booked(told, clock)
    turn = next(span for span in signals.spans() if span.name == "turn")
    place = (".id", ".index", ".initiator")
    assert {name: value for name, value in turn.attributes.items() if not name.endswith(place)} == {
        names.VOICE_TURN_RESPONSE_LATENCY: 1.0,
        names.VOICE_TURN_SPEECH_END_SOURCE: "caller",
        names.VOICE_TURN_FIRST_AUDIO_SOURCE: "playback",
        f"{names.VOICE_TURN_STAGE}.synthesis": 0.2,
        f"{names.VOICE_TURN_STAGE}.playback": 0.2,
        f"{names.VOICE_TURN_STAGE}.unattributed": 0.6,
        names.VOICE_TURN_STATE: "booking",
        names.VOICE_TURN_FALLBACKS: 1,
        names.VOICE_TURN_RETRIES: 1,
        names.VOICE_TURN_INTERRUPTED: True,
        names.VOICE_INTERRUPTION_SOURCE: "user_speech",
        names.VOICE_INTERRUPTION_STOP_LATENCY: 0.5,
        names.VOICE_INTERRUPTION_HEARD_DURATION: 1.25,
        names.VOICE_INTERRUPTION_UNHEARD_DURATION: 2.75,
        names.VOICE_INTERRUPTION_UNHEARD_CHARACTERS: 28,
    }


def test_a_conversation_says_who_spoke(told: Telling, clock: Clock, signals: Signals) -> None:
    """And that it was transferred, which is no failure."""
    booked(told, clock)
    said = signals.span("conversation").attributes
    assert said[names.VOICE_CONVERSATION_OUTCOME] == "transferred"
    assert said[names.VOICE_CONVERSATION_SPEECH_USER_DURATION] == 3.0
    assert said[names.VOICE_CONVERSATION_SPEECH_AGENT_DURATION] == 1.5
    assert said[names.VOICE_CONVERSATION_OVERLAP_DURATION] == 0.5
    assert said[names.VOICE_CONVERSATION_DEAD_AIR_DURATION] == 2.0
    assert said[names.VOICE_CONVERSATION_TIME_TO_FIRST_WORD] == 3.0


def test_the_metrics_of_a_call(told: Telling, clock: Clock, signals: Signals) -> None:
    """Latency to the sound that was heard; states, fallbacks, retries, the barge-in and the silence."""
    booked(told, clock)
    recorded = {
        metric: [
            (getattr(point, "sum", None) or point.value, dict(point.attributes)) for point in signals.points(metric)
        ]
        for metric in (
            names.METRIC_VOICE_TURN_RESPONSE_LATENCY,
            names.METRIC_VOICE_TURN_INTERRUPTION_STOP_LATENCY,
            names.METRIC_VOICE_FALLBACKS,
            names.METRIC_VOICE_RETRIES,
            names.METRIC_VOICE_STATE_DURATION,
            names.METRIC_VOICE_CONVERSATION_TIME_TO_FIRST_WORD,
        )
    }
    booking = {names.VOICE_STATE_NAME: "booking"}
    assert recorded == {
        names.METRIC_VOICE_TURN_RESPONSE_LATENCY: [(1.0, {**LABELS, names.VOICE_TURN_SPEECH_END_SOURCE: "caller"})],
        names.METRIC_VOICE_TURN_INTERRUPTION_STOP_LATENCY: [
            (0.5, {**LABELS, names.VOICE_INTERRUPTION_SOURCE: "user_speech"})
        ],
        names.METRIC_VOICE_FALLBACKS: [(1, {**booking, names.VOICE_REASON: "not understood"})],
        names.METRIC_VOICE_RETRIES: [(1, {**booking, names.VOICE_REASON: "calendar"})],
        names.METRIC_VOICE_STATE_DURATION: [(2.5, {names.VOICE_STATE_NAME: "greeting"}), (3.5, booking)],
        names.METRIC_VOICE_CONVERSATION_TIME_TO_FIRST_WORD: [
            (3.0, {**LABELS, names.VOICE_CONVERSATION_DIRECTION: "inbound"})
        ],
    }
    moves = [dict(point.attributes) for point in signals.points(names.METRIC_VOICE_STATE_TRANSITIONS)]
    assert {(move.get(names.VOICE_STATE_FROM), move.get(names.VOICE_STATE_TO)) for move in moves} == {
        (None, "greeting"),
        ("greeting", "booking"),
        ("booking", None),
    }
    assert [point.sum for point in signals.points(names.METRIC_VOICE_CONVERSATION_DEAD_AIR_DURATION)] == [2.0]


def test_a_state_may_be_a_block(told: Telling, clock: Clock) -> None:
    """At its end the dialogue stands where it stood before."""
    with otel_voice.conversation("call-1") as call:
        call.state("menu")
        with call.state("payment"):
            assert _state() == "payment"
        assert _state() == "menu"


def ended(signals: Signals) -> dict[str, object]:
    """What the event says that tells the end of the only conversation."""
    records = [each.log_record for each in signals.logs()]
    [record] = [each for each in records if each.event_name == names.EVENT_VOICE_CONVERSATION_ENDED]
    return dict(record.attributes)


def test_the_end_says_where_the_dialogue_stood(told: Telling, clock: Clock, signals: Signals) -> None:
    """A block that went well moves back to where it was."""
    with otel_voice.conversation("call-1") as call:
        call.state("menu")
        with call.state("payment"):
            pass
    assert ended(signals)[names.VOICE_STATE_NAME] == "menu"


def test_a_hang_up_inside_of_blocks_stood_in_the_innermost(told: Telling, clock: Clock, signals: Signals) -> None:
    """The error unwinds them, and the dialogue did not move back by that: it was abandoned where it broke off."""
    talk = otel_voice.conversation("call-1")
    with pytest.raises(ConnectionError), talk as call, call.state("menu"), call.state("payment"):
        raise ConnectionError
    assert ended(signals)[names.VOICE_STATE_NAME] == "payment"


def test_an_end_without_states_and_prices_says_neither(told: Telling, clock: Clock, signals: Signals) -> None:
    """What is not known is absent."""
    with otel_voice.conversation("call-1"):
        pass
    assert not {names.VOICE_STATE_NAME, names.VOICE_COST} & ended(signals).keys()
    assert signals.points(names.METRIC_VOICE_CONVERSATION_COST) == []


def _state() -> str | None:
    return runtime().conversations.find().states.current


def test_names_that_never_end_are_one(told: Telling, clock: Clock, signals: Signals) -> None:
    """A program that puts an id where a name belongs does not blow the metrics up."""
    with otel_voice.conversation("call-1") as call:
        for number in range(200):
            call.fallback(f"ticket {number}")
    reasons = [point.attributes[names.VOICE_REASON] for point in signals.points(names.METRIC_VOICE_FALLBACKS)]
    assert len(reasons) == 65
    assert "_OTHER" in reasons


@pytest.mark.parametrize("ago", [-1, math.nan, math.inf, 1_780_000_000, "soon", None], ids=str)
def test_what_is_no_time_is_passed_over(
    told: Telling, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, ago: object
) -> None:
    """A live call is no place for an exception: one warning, and the moment is now."""
    monkeypatch.setattr(the_call, "_said", set())
    with caplog.at_level(logging.WARNING, "otel_voice"), otel_voice.conversation("call-1") as call:
        clock.at(1.0)
        call.user_speech_started(ago=ago)
        call.user_speech_ended(ago=ago)
        assert runtime().conversations.find().turn.speech_ended_ns == clock.now()
    assert caplog.text.count("no length of time in seconds") == 1


def test_a_call_that_is_over_takes_no_marks(told: Telling, clock: Clock, signals: Signals) -> None:
    """Who keeps it longer than it lasts does no harm."""
    with otel_voice.conversation("call-1") as call:
        pass
    call.user_speech_started()
    call.playback_started()
    assert call.closed
    assert [span.name for span in signals.spans()] == ["conversation"]
