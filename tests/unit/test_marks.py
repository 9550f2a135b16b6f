"""What the program tells: when the user speaks, when the agent is heard, what cut it short."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_voice.conversations import marks
from otel_voice.conversations.breakdown import durations
from otel_voice.conversations.model import Turn
from otel_voice.conversations.talk import Talk
from otel_voice.conversations.tracker import Conversations
from otel_voice.observation import clock as the_clock
from otel_voice.observation.records import Inference, Outcome, SpeechToText, TextToSpeech
from tests.unit.conversing import SECOND, Call, Clock, Remembering


@pytest.fixture
def heard() -> Remembering:
    return Remembering()


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, heard: Remembering) -> Iterator[Call]:
    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    call = Call(Conversations(heard, idle_timeout=3600), clock)
    yield call
    call.conversations.close_all()


def ended(heard: Remembering) -> list[Turn]:
    return [turn for name, turn in heard.told if name == "turn ended"]


def milliseconds(turn: Turn) -> dict[str, int]:
    return {stage: spent // 1_000_000 for stage, spent in durations(turn.stages).items()}


def test_the_latency_runs_from_mark_to_mark(call: Call, heard: Remembering) -> None:
    """From the silence that the program told to the sound that it told; playback is a stage of its own."""
    call.marks(marks.user_speech_started, 1.0)
    call.marks(marks.user_speech_ended, 2.1)
    call.speaks(1.0, 2.0, 2.3)
    call.thinks(2.4, 2.6)
    call.answers(2.7, 3.0, 3.5, audio=1.0)
    call.marks(marks.playback_started, 3.2)
    call.marks(marks.playback_ended, 4.2)
    call.hangs_up(5.0)
    (turn,) = ended(heard)
    assert (turn.response_latency, turn.speech_end_source, turn.first_audio_source) == (1.1, "caller", "playback")
    assert milliseconds(turn)["playback"] == 200
    assert sum(milliseconds(turn).values()) == 1100


def test_marks_alone_are_a_conversation(call: Call, heard: Remembering) -> None:
    """With providers that nobody observes there are still turns, latencies and interruptions."""
    call.marks(marks.playback_started, 0.5)
    call.marks(marks.playback_ended, 2.0)
    call.marks(marks.user_speech_started, 3.0)
    call.marks(marks.user_speech_ended, 4.0)
    call.marks(marks.playback_started, 4.75)
    call.hangs_up(6.0)
    greeting, answer = ended(heard)
    assert (greeting.initiator, greeting.response_latency) == ("agent", None)
    assert (answer.initiator, answer.response_latency) == ("user", 0.75)
    assert milliseconds(answer) == {"unattributed": 750}


def test_a_user_who_goes_on_is_not_answered_yet(call: Call, heard: Remembering) -> None:
    """The last silence before the answer counts."""
    for started, silent in ((1.0, 2.0), (2.5, 3.0)):
        call.marks(marks.user_speech_started, started)
        call.marks(marks.user_speech_ended, silent)
    call.marks(marks.playback_started, 3.5)
    call.hangs_up(4.0)
    assert [turn.response_latency for turn in ended(heard)] == [0.5]


def test_barge_in(call: Call, heard: Remembering) -> None:
    """Who cut it short, how long the agent went on, what was heard and what was paid for nothing."""
    call.answers(0.2, 0.5, 0.9, audio=4.0, characters=80)
    call.marks(marks.playback_started, 1.0)
    call.marks(marks.user_speech_started, 2.0)
    assert not ended(heard), "it is still being heard"
    call.marks(marks.interrupted, 2.2, "user_speech")
    call.marks(marks.playback_ended, 2.25)
    (turn,) = ended(heard)
    assert (turn.interrupted_by, turn.spoken.stop_latency) == ("user_speech", 0.25)
    assert turn.spoken.unheard() == (1.25, 2.75, 55)


def test_what_the_player_says_was_heard_counts(call: Call, heard: Remembering) -> None:
    """A network delays the sound: the far end knows better how much came out."""
    call.answers(0.2, 0.5, 0.9, audio=4.0)
    call.marks(marks.playback_started, 1.0)
    call.conversations.mark(call.stream, marks.playback_progressed, 1.0)
    call.marks(marks.interrupted, 2.2, "dtmf")
    call.marks(marks.playback_ended, 2.25)
    call.hangs_up(3.0)
    (turn,) = ended(heard)
    assert (turn.interrupted_by, turn.spoken.unheard()) == ("dtmf", (1.0, 3.0, None))
    assert turn.spoken.stop_latency is None, "nobody spoke"


def test_barge_in_without_marks(call: Call, heard: Remembering) -> None:
    """The recogniser hears the user, and the program stops the synthesis: that tells nearly as much."""
    call.speaks(1.0, 2.0, 2.3)
    answer = call.begins(TextToSpeech, 2.4)
    answer[0].first_chunk_ns = int(2.5 * SECOND)
    call.conversations.first_chunk(answer[1], answer[0])
    utterance = call.begins(SpeechToText, 3.5)
    call.ends(answer, 3.75, Outcome.INTERRUPTED, audio_seconds=3.0, characters=60)
    call.ends(utterance, 4.4, speech_ended_ns=4 * SECOND)
    turn = ended(heard)[0]
    assert (turn.interrupted_by, turn.spoken.stop_latency) == ("user_speech", 0.25)
    assert turn.spoken.unheard() == (1.25, 1.75, 35)


def test_who_spoke_when(call: Call) -> None:
    """Silence, overlap and shares of a call, and the user's pace."""
    call.answers(0.5, 1.0, 1.5, audio=2.0)  # heard until 3
    call.ends(call.begins(SpeechToText, 4.0), 6.2, streamed=True, speech_ended_ns=6 * SECOND, words=6)
    call.answers(6.5, 7.0, 7.5, audio=4.0)  # cut at 9
    call.ends(call.begins(SpeechToText, 9.0), 10.2, streamed=True, speech_ended_ns=10 * SECOND, words=3)
    call.hangs_up(12.0)
    shares = call.stream.shares
    assert (shares.user, shares.agent, shares.overlap, shares.dead_air) == (3.0, 4.0, 0.0, 5.0)
    assert (shares.talk_ratio, shares.words_per_minute, shares.first_word) == (4 / 7, 180.0, 1.0)


def test_nobody_was_heard(call: Call) -> None:
    """Then there are no shares, instead of zeros."""
    call.hangs_up(5.0)
    assert call.stream.shares is None


def test_states(call: Call, heard: Remembering) -> None:
    """Each move says where from and how long; hang-up leaves the last one."""
    for at, state in ((1.0, "greeting"), (1.5, "greeting"), (3.0, "booking")):
        call.conversations.mark(call.stream, marks.state, state, int(at * SECOND))
    call.hangs_up(7.0)
    told = [tuple(transition) for name, transition in heard.told if name == "state"]
    assert told == [(None, "greeting", 1.0), ("greeting", "booking", 2.0), ("booking", None, 4.0)]


def test_nothing_is_told_after_hang_up(call: Call, heard: Remembering) -> None:
    """A mark that comes late changes nothing."""
    call.hangs_up(1.0)
    before = len(heard.told)
    call.marks(marks.user_speech_started, 2.0)
    assert len(heard.told) == before


SECONDS = st.floats(0, 30, allow_nan=False)
TOLD = st.one_of(
    st.tuples(
        st.sampled_from(
            [marks.user_speech_started, marks.user_speech_ended, marks.playback_started, marks.playback_ended]
        ),
        SECONDS,
    ),
    st.tuples(st.just(marks.interrupted), SECONDS),
    st.tuples(st.just(marks.playback_progressed), SECONDS),
    st.tuples(st.sampled_from([SpeechToText, Inference, TextToSpeech]), SECONDS, SECONDS, SECONDS, st.booleans()),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TOLD, max_size=16))
def test_whatever_is_told_in_whatever_order(events: list) -> None:
    """Each turn ends once; stages are not negative and sum to the latency; no share or length is absurd."""
    clock, heard = Clock(), Remembering()
    before = the_clock.now, the_clock.unix
    the_clock.now, the_clock.unix = clock.now, clock.unix
    try:
        call = Call(Conversations(heard, idle_timeout=3600), clock)
        for event in events:
            _tell(call, *event)
        call.conversations.close_all()
    finally:
        the_clock.now, the_clock.unix = before
    turns = ended(heard)
    assert len(turns) == len([name for name in heard.names() if name == "turn started"]) == len(set(map(id, turns)))
    for turn in turns:
        _is_sound(turn)
    shares = call.stream.shares
    if shares is not None:
        assert min(shares.user, shares.agent, shares.overlap, shares.dead_air) >= 0
        assert shares.overlap <= min(shares.user, shares.agent) + 1e-9
        assert shares.talk_ratio is None or 0 <= shares.talk_ratio <= 1


def _is_sound(turn: Turn) -> None:
    spent = durations(turn.stages)
    assert all(value >= 0 for value in spent.values())
    if turn.response_latency is not None and spent:
        assert sum(spent.values()) == turn.first_audio_ns - turn.speech_ended_ns
    assert turn.spoken.stop_latency is None or turn.spoken.stop_latency >= 0
    unheard = turn.spoken.unheard()
    assert unheard is None or min(unheard.heard, unheard.seconds) >= 0


def _tell(call: Call, what: object, at: float, *more: object) -> None:
    if what is marks.interrupted:
        call.marks(what, at, "user_speech")
    elif what is marks.playback_progressed:
        call.conversations.mark(call.stream, what, at)
    elif not isinstance(what, type):
        call.marks(what, at)
    else:
        first, stop, cut = more
        begun = call.begins(what, at)
        if what is TextToSpeech:
            begun[0].first_chunk_ns = int(first * SECOND)
            call.conversations.first_chunk(begun[1], begun[0])
        facts = {"audio_seconds": 2.0, "characters": 30} if what is TextToSpeech else {}
        facts |= {"speech_ended_ns": int(first * SECOND), "streamed": True} if what is SpeechToText else {}
        call.ends(begun, stop, Outcome.INTERRUPTED if cut else Outcome.COMPLETED, **facts)


def test_a_conversation_without_end_does_not_grow() -> None:
    """There is an end to what is kept of who spoke when."""
    talk = Talk()
    for at in range(20_000):
        talk.user_spoke(at * 10, at * 10 + 5)
    assert len(talk.user) == 10_000
