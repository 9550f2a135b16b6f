"""Turns of a model that listens and speaks itself: the utterance begins one, the answer belongs to it."""

from __future__ import annotations

import pytest

from otel_voice.conversations.tracker import Conversations
from otel_voice.observation import clock as the_clock
from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText
from tests.unit.conversing import SECOND, Call, Clock, Remembering


@pytest.fixture
def heard() -> Remembering:
    return Remembering()


class Talk(Call):
    """Plays utterances and answers at given seconds."""

    def says(self, start: float, stop: float | None = None) -> SpeechToText:
        """The user speaks; the transcript is still to come."""
        begun = self.begins(SpeechToText, start)
        record: SpeechToText = begun[0]
        record.streamed = True
        if stop is not None:
            record.speech_ended_ns, record.speech_end_source = int(stop * SECOND), "provider_event"
            record.endpoint_ns = int((stop + 0.5) * SECOND)
        self.open = begun
        return record

    def transcribed(self, at: float) -> None:
        self.ends(self.open, at)

    def asks(self, at: float, answers: SpeechToText | None = None, opens_turn: bool = False) -> tuple:
        self.clock.at(at)
        record = RealtimeResponse("openai")
        record.conversation, record.answers, record.opens_turn = self.stream, answers, opens_turn
        return record, self.conversations.begin(record)

    def sounds(self, begun: tuple, at: float) -> None:
        record, place = begun
        record.audible, record.first_chunk_ns = True, int(at * SECOND)
        self.conversations.first_chunk(place, record)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, heard: Remembering) -> Talk:
    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    return Talk(Conversations(heard, idle_timeout=3600), clock)


def test_latency_does_not_wait_for_the_transcript(call: Talk, heard: Remembering) -> None:
    """The response latency is known with the first sound, though the transcript comes after the answer."""
    said = call.says(1.0, 2.0)
    answer = call.asks(2.5, said)
    call.sounds(answer, 2.9)
    turn = heard.last("turn answered")
    assert turn.response_latency == pytest.approx(0.9)
    assert turn.speech_end_source == "provider_event"
    assert [(stage.name, round((stage.ended_ns - stage.started_ns) / SECOND, 3)) for stage in turn.stages] == [
        ("endpointing", 0.5),
        ("decision", 0.0),
        ("inference", 0.4),
    ]
    call.transcribed(4.0)
    assert turn.response_latency == pytest.approx(0.9)


def measured(call: Talk, source: str, told: float, late: bool) -> tuple:
    """A transcript at 2 s, an answer at 2.9 s, and the service's own measure of the silence, before it or after."""
    said = call.says(1.0, 2.0)
    said.speech_end_source = source
    answer = call.asks(2.0, said)
    answer[0].told_seconds = None if late else told
    call.sounds(answer, 2.9)
    answer[0].told_seconds = told
    call.ends(answer, 3.5, audio_seconds=1.0)
    return answer


@pytest.mark.parametrize("late", [False, True], ids=["before the sound", "after it"])
def test_the_services_own_measure_says_when_the_silence_began(call: Talk, late: bool) -> None:
    """A transcript comes some time after the user fell silent; the service knows how long."""
    turn = measured(call, "final_transcript", 1.3, late)[1].turn
    assert turn.response_latency == pytest.approx(1.3)
    assert turn.speech_end_source == "provider_report"
    assert sum(stage.ended_ns - stage.started_ns for stage in turn.stages) == pytest.approx(1.3 * SECOND)


@pytest.mark.parametrize(
    ("source", "told"),
    [("provider_event", 1.3), ("final_transcript", 0.4), ("final_transcript", 5.0), ("final_transcript", -1.0)],
)
def test_a_measure_that_says_less_than_is_known_is_not_believed(call: Talk, source: str, told: float) -> None:
    """Where an event told the end of speech; where the silence would begin later, or before the user spoke."""
    turn = measured(call, source, told, late=False)[1].turn
    assert (turn.response_latency, turn.speech_end_source) == (pytest.approx(0.9), source)


def test_the_answer_belongs_to_the_turn_of_the_utterance(call: Talk) -> None:
    """One exchange is one turn, and the next utterance opens the next."""
    answer = call.asks(2.5, call.says(1.0, 2.0))
    call.sounds(answer, 2.9)
    call.ends(answer, 3.5, audio_seconds=1.0)
    assert answer[1].turn.initiator == "user"
    call.says(6.0)
    assert (call.open[1].turn.index, answer[1].turn.interrupted_by) == (2, None)


def test_an_answer_given_up_before_a_word_of_it_ends_no_turn(call: Talk) -> None:
    """A user who goes on speaking before anything was heard is still in the same turn, and was not interrupting."""
    answer = call.asks(2.5, call.says(1.0, 2.0))
    said = call.says(2.7, 3.0)
    call.ends(answer, 2.8, Outcome.INTERRUPTED, interrupted_by="user_speech")
    again = call.asks(3.5, said)
    call.sounds(again, 4.0)
    turn = again[1].turn
    assert answer[1].turn is turn
    assert (turn.response_latency, turn.interrupted_by) == (pytest.approx(1.0), None)


def test_speech_over_an_answer_that_came_whole_interrupts_it(call: Talk) -> None:
    """Sound comes faster than it is played: while it lasts, the user who speaks is interrupting."""
    answer = call.asks(2.5, call.says(1.0, 2.0))
    call.sounds(answer, 2.9)
    call.says(5.0)
    call.ends(answer, 3.2, Outcome.INTERRUPTED, audio_seconds=8.0, heard_seconds=2.1)
    assert answer[1].turn.interrupted_by == "user_speech"


@pytest.mark.parametrize("by", ["user_speech", None])
def test_who_cut_an_answer_short(call: Talk, by: str | None) -> None:
    """The service may say that the user spoke; otherwise it was the program."""
    answer = call.asks(2.5, call.says(1.0, 2.0))
    call.sounds(answer, 2.9)
    call.ends(answer, 3.2, Outcome.INTERRUPTED, interrupted_by=by)
    assert answer[1].turn.interrupted_by == (by or "caller")


def test_an_answer_in_text_is_not_heard(call: Talk, heard: Remembering) -> None:
    """A model that answers in writing makes no sound, so there is no response latency and nothing to interrupt."""
    answer = call.asks(2.5, call.says(1.0, 2.0))
    record, place = answer
    record.first_chunk_ns = int(2.9 * SECOND)
    call.conversations.first_chunk(place, record)
    call.ends(answer, 3.0, Outcome.INTERRUPTED)
    assert "turn answered" not in heard.names()
    assert place.turn.interrupted_by is None


def test_what_was_put_in_writing_opens_a_turn(call: Talk) -> None:
    """Where no utterance is told, the answer itself begins the next turn of the user."""
    first = call.asks(1.0, opens_turn=True)
    call.sounds(first, 1.5)
    call.ends(first, 2.0, audio_seconds=0.5)
    second = call.asks(5.0, opens_turn=True)
    assert [(one[1].turn.index, one[1].turn.initiator) for one in (first, second)] == [(1, "user"), (2, "user")]


def test_an_answer_that_carries_a_tools_result_stays_in_its_turn(call: Talk) -> None:
    """The words that follow a tool answer the utterance that asked for it."""
    said = call.says(1.0, 2.0)
    asking = call.asks(2.5, said)
    call.ends(asking, 2.8)
    telling = call.asks(3.5, said)
    call.sounds(telling, 3.9)
    assert telling[1].turn is asking[1].turn
    assert telling[1].turn.response_latency == pytest.approx(1.9)
