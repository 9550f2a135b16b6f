"""Turns: when one begins, what belongs to it, what the caller felt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_voice.conversations.breakdown import durations
from otel_voice.conversations.tracker import Conversations
from otel_voice.observation import clock as the_clock
from otel_voice.observation.records import Inference, Outcome, SpeechToText, TextToSpeech
from tests.unit.conversing import SECOND, Call, Clock, Remembering


@pytest.fixture
def heard() -> Remembering:
    return Remembering()


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, heard: Remembering) -> Call:
    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    return Call(Conversations(heard, idle_timeout=3600), clock)


def test_latency_is_what_the_caller_felt(call: Call, heard: Remembering) -> None:
    """Response latency runs from the end of the user's speech to the first audio, told when it is heard."""
    call.speaks(1.0, 2.0, 2.3)
    call.thinks(2.3, 2.8)
    call.answers(2.8, 3.1, 3.5)
    assert heard.names()[-1] == "turn answered"
    assert heard.last("turn answered").response_latency == pytest.approx(1.1)


def test_an_answer_belongs_to_the_speech_before_it(call: Call) -> None:
    """Speech, model and synthesis of one exchange share one turn; the next speech opens the next."""
    first = call.speaks(1.0, 2.0, 2.3).turn
    assert call.thinks(2.3, 2.8).turn is first
    assert call.answers(2.8, 3.0, 3.2, audio=0.2).turn is first
    assert call.speaks(5.0, 6.0, 6.3).turn.index == 2


def test_speech_in_several_utterances_is_one_turn(call: Call) -> None:
    """A user who pauses before being answered goes on in the same turn, and the last word counts."""
    first = call.speaks(1.0, 2.0, 2.3).turn
    assert call.speaks(2.6, 3.0, 3.3).turn is first
    call.answers(3.4, 4.0, 4.5)
    assert first.response_latency == pytest.approx(1.0)


def test_a_greeting_is_a_turn_of_the_agent(call: Call) -> None:
    """A turn that the agent opens has no response latency."""
    turn = call.answers(0.1, 0.3, 0.9).turn
    assert turn.initiator == "agent"
    assert turn.response_latency is None


def test_a_final_transcript_may_come_after_the_answer_has_begun(call: Call, heard: Remembering) -> None:
    """An agent that answers before the recogniser is done is as fast as it felt."""
    listening = call.begins(SpeechToText, 1.0)
    listening[0].streamed = True
    call.thinks(2.1, 2.4)
    call.answers(2.4, 2.6, 3.2)
    assert heard.last("turn answered").response_latency is None
    call.ends(listening, 3.0, speech_ended_ns=2 * SECOND)
    assert heard.last("turn answered").response_latency == pytest.approx(0.6)
    assert heard.names().count("turn answered") == 2


def test_speech_that_is_told_only_after_the_answer_is_no_interruption(call: Call, heard: Remembering) -> None:
    """An agent that took up the word by itself answered what the recogniser tells of later."""
    turn = call.answers(2.4, 2.6, 2.7, audio=5.0).turn
    assert call.speaks(1.0, 2.0, 3.0).turn is turn
    assert (turn.initiator, turn.interrupted_by) == ("user", None)
    assert turn.response_latency == pytest.approx(0.6)


def test_speech_over_the_answer_interrupts_it(call: Call, heard: Remembering) -> None:
    """A user who speaks while the audio of the answer still lasts has interrupted that turn."""
    call.speaks(1.0, 2.0, 2.3)
    call.answers(2.4, 2.6, 2.7, audio=5.0)
    call.speaks(4.0, 4.5, 4.8)
    assert heard.last("turn ended").interrupted_by == "user_speech"


def test_speech_after_the_answer_interrupts_nothing(call: Call, heard: Remembering) -> None:
    """Once the audio has been played, speech is just the next turn."""
    call.speaks(1.0, 2.0, 2.3)
    call.answers(2.4, 2.6, 2.7, audio=1.0)
    call.speaks(4.0, 4.5, 4.8)
    assert heard.last("turn ended").interrupted_by is None


def test_a_stopped_synthesis_interrupts_its_turn(call: Call) -> None:
    """A synthesis that the program stopped marks the turn, whoever asked for it."""
    call.speaks(1.0, 2.0, 2.3)
    turn = call.answers(2.4, 2.6, 2.9, audio=0.2, outcome=Outcome.INTERRUPTED).turn
    assert turn.interrupted_by == "caller"


def test_a_turn_ends_with_its_last_operation(call: Call, heard: Remembering) -> None:
    """A turn that was superseded waits for what still runs in it, and ends at the last of it."""
    call.speaks(1.0, 2.0, 2.3)
    speaking = call.begins(TextToSpeech, 2.4)
    call.speaks(3.0, 3.5, 3.8)
    assert "turn ended" not in heard.names()
    call.ends(speaking, 4.2, Outcome.INTERRUPTED)
    assert heard.last("turn ended").ended_ns == 4_200_000_000


def test_a_failure_is_counted_in_its_turn(call: Call) -> None:
    """Errors of a turn are those of its operations."""
    turn = call.ends(call.begins(Inference, 1.0), 1.2, Outcome.FAILED).turn
    call.thinks(1.3, 1.6)
    assert turn.errors == 1


MOMENTS = st.floats(0, 30, allow_nan=False)
EVENTS = st.lists(
    st.tuples(st.sampled_from([SpeechToText, Inference, TextToSpeech]), MOMENTS, MOMENTS, MOMENTS, st.booleans()),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(EVENTS)
def test_every_turn_starts_and_ends_once(events: list) -> None:
    """Whatever comes in whatever order, each turn ends once, after its start, and no latency is negative."""
    clock, heard = Clock(), Remembering()
    before = the_clock.now, the_clock.unix
    the_clock.now, the_clock.unix = clock.now, clock.unix
    try:
        call = Call(Conversations(heard, idle_timeout=3600), clock)
        _play(call, events)
        call.conversations.close_all()
    finally:
        the_clock.now, the_clock.unix = before
    started = [turn for name, turn in heard.told if name == "turn started"]
    ended = [turn for name, turn in heard.told if name == "turn ended"]
    assert sorted(map(id, started)) == sorted(map(id, ended))
    assert all(turn.ended_ns >= turn.started_ns for turn in ended)
    assert all(turn.response_latency is None or turn.response_latency >= 0 for turn in ended)


def _play(call: Call, events: list) -> None:
    pending = []
    for kind, start, first, stop, at_once in events:
        begun = call.begins(kind, start)
        if kind is TextToSpeech:
            begun[0].first_chunk_ns = int(first * 1e9)
            call.conversations.first_chunk(begun[1], begun[0])
        facts = {"speech_ended_ns": int(first * 1e9)} if kind is SpeechToText else {}
        if at_once:
            call.ends(begun, stop, **facts)
        else:
            pending.append((begun, stop, facts))
    for begun, stop, facts in pending:
        call.ends(begun, stop, **facts)


def test_the_silence_before_the_first_sound_is_waited_for(call: Call) -> None:
    """Audio that begins with silence answers when its first sound is played; the silence is playback."""
    call.speaks(1.0, 2.0, 2.3)
    turn = call.answers(2.4, 2.6, 2.9, audio=2.0, audible_ns=int(2.85 * SECOND)).turn
    assert turn.response_latency == pytest.approx(0.85)
    assert turn.first_audio_source == "first_audible_sample"
    assert durations(turn.stages)["playback"] == pytest.approx(0.25 * SECOND)
    assert sum(durations(turn.stages).values()) == pytest.approx(0.85 * SECOND)


def test_only_the_first_synthesis_is_waited_for(call: Call) -> None:
    """The silence in a later part of the answer keeps nobody waiting for its beginning."""
    call.speaks(1.0, 2.0, 2.3)
    call.answers(2.4, 2.6, 2.9, audio=2.0, audible_ns=int(2.6 * SECOND))
    turn = call.answers(2.9, 3.0, 3.9, audio=2.0, audible_ns=int(3.5 * SECOND)).turn
    assert turn.response_latency == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("cut", "heard_text"),
    [(2.7, ""), (3.2, "Your"), (4.1, "Your table"), (6.3, "Your table is booked. For"), (9.0, None)],
)
def test_the_words_that_were_heard(call: Call, cut: float, heard_text: str | None) -> None:
    """Of an answer in several syntheses, the whole words in proportion to the seconds that were played."""
    call.speaks(1.0, 2.0, 2.3)
    call.answers(2.4, 2.6, 2.7, audio=3.0, text_content="Your table is booked.")
    turn = call.answers(2.6, 2.8, 2.9, audio=2.0, text_content="For eight.").turn
    call.speaks(cut, cut + 0.4, cut + 0.6)
    assert (turn.spoken.heard_text() if turn.interrupted_by else None) == heard_text
