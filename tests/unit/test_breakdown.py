"""The response latency taken apart, on made-up marks in milliseconds after the end of speech."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_voice.conversations.breakdown import STAGES, Stage, breakdown, durations
from otel_voice.observation.records import (
    Inference,
    Outcome,
    RealtimeResponse,
    SpeechToText,
    TextToSpeech,
    ToolRequest,
)


def made(record: Any, **facts: Any) -> Any:
    for name, value in facts.items():
        setattr(record, name, value)
    return record


def heard(**facts: Any) -> SpeechToText:
    return made(SpeechToText("ears"), streamed=True, **facts)


def utterance(transcribed: int, endpoint: int) -> SpeechToText:
    return heard(started_ns=-900, transcribed_ns=transcribed, endpoint_ns=endpoint)


def thought(
    started: int, first: int | None, ended: int | None, outcome: Outcome | None = Outcome.COMPLETED, tools: bool = False
) -> Inference:
    calls = [ToolRequest("call")] if tools else ()
    return made(
        Inference("brain"), started_ns=started, first_chunk_ns=first, ended_ns=ended, outcome=outcome, tool_calls=calls
    )


def spoken(started: int, first: int | None) -> TextToSpeech:
    return made(TextToSpeech("mouth"), started_ns=started, first_chunk_ns=first)


def aloud(started: int, first: int | None, words: float | None, voice: float | None) -> RealtimeResponse:
    """An answer of a model that speaks itself; its service measured what words and voice took."""
    measured = [None if each is None else each / 1e9 for each in (words, voice)]
    return made(
        RealtimeResponse("agent"),
        started_ns=started,
        first_chunk_ns=first,
        told_inference_seconds=measured[0],
        told_synthesis_seconds=measured[1],
    )


CASES: dict[str, tuple[tuple[Any, ...], dict[str, int]]] = {
    "a cascade": (
        (1000, utterance(300, 300), [thought(320, 600, None, None)], spoken(640, 1000)),
        {
            "endpointing": 300,
            "transcription": 0,
            "decision": 20,
            "inference": 280,
            "aggregation": 40,
            "synthesis": 360,
        },
    ),
    "a transcript before the end of turn was decided": (
        (1000, utterance(100, 300), [thought(300, 600, None, None)], spoken(600, 1000)),
        {
            "endpointing": 200,
            "transcription": 100,
            "decision": 0,
            "inference": 300,
            "aggregation": 0,
            "synthesis": 400,
        },
    ),
    "a tool": (
        (
            2000,
            utterance(300, 300),
            [thought(300, 500, 700, tools=True), thought(1200, 1500, 1600)],
            spoken(1600, 2000),
        ),
        {
            "endpointing": 300,
            "transcription": 0,
            "decision": 0,
            "inference": 700,
            "tools": 500,
            "aggregation": 100,
            "synthesis": 400,
        },
    ),
    "a guess that was right, ready before the end of speech": (
        (400, utterance(100, 200), [thought(-300, -100, 50)], spoken(-50, 100)),
        {
            "endpointing": 100,
            "transcription": 100,
            "decision": 0,
            "inference": 0,
            "aggregation": 0,
            "synthesis": 0,
            "playback": 200,
        },
    ),
    "a guess that was given up": (
        (
            1000,
            utterance(300, 300),
            [thought(50, 200, 300, Outcome.INTERRUPTED), thought(350, 600, None, None)],
            spoken(600, 1000),
        ),
        {
            "endpointing": 300,
            "transcription": 0,
            "decision": 50,
            "inference": 250,
            "aggregation": 0,
            "synthesis": 400,
        },
    ),
    "a failure and its fallback": (
        (
            1000,
            utterance(300, 300),
            [thought(300, None, 500, Outcome.FAILED), thought(550, 600, None, None)],
            spoken(600, 1000),
        ),
        {"endpointing": 300, "transcription": 0, "decision": 0, "inference": 300, "aggregation": 0, "synthesis": 400},
    ),
    "an excuse for a model that failed": (
        (1000, utterance(300, 300), [thought(300, None, 500, Outcome.FAILED)], spoken(500, 1000)),
        {"endpointing": 300, "transcription": 0, "decision": 0, "inference": 200, "aggregation": 0, "synthesis": 500},
    ),
    "a call that ran beside": (
        (1000, utterance(300, 300), [thought(300, 350, 800), thought(310, 600, None, None)], spoken(600, 1000)),
        {"endpointing": 300, "transcription": 0, "decision": 10, "inference": 290, "aggregation": 0, "synthesis": 400},
    ),
    "a call before the answering one": (
        (1000, utterance(300, 300), [thought(300, 350, 400), thought(450, 600, None, None)], spoken(600, 1000)),
        {"endpointing": 300, "transcription": 0, "decision": 50, "inference": 250, "aggregation": 0, "synthesis": 400},
    ),
    "words beside a call for tools": (
        (1000, utterance(300, 300), [thought(300, 500, 700, tools=True)], spoken(600, 1000)),
        {"endpointing": 300, "transcription": 0, "decision": 0, "inference": 200, "aggregation": 100, "synthesis": 400},
    ),
    "a recording": (
        (
            1000,
            made(SpeechToText("ears"), started_ns=100, ended_ns=300),
            [thought(300, None, 600)],
            spoken(600, 1000),
        ),
        {
            "endpointing": 100,
            "transcription": 200,
            "decision": 0,
            "inference": 300,
            "aggregation": 0,
            "synthesis": 400,
        },
    ),
    "an answer aloud": (
        (1000, utterance(100, 300), [aloud(300, 1000, None, None)], None),
        {"endpointing": 200, "transcription": 100, "decision": 0, "inference": 700},
    ),
    "an answer aloud that was measured": (
        (1000, utterance(100, 300), [aloud(300, 1000, 400, 250)], None),
        {
            "endpointing": 200,
            "transcription": 100,
            "decision": 0,
            "inference": 400,
            "synthesis": 250,
            "unattributed": 50,
        },
    ),
    "an answer aloud whose voice alone was measured": (
        (1000, utterance(100, 300), [aloud(300, 1000, None, 250)], None),
        {"endpointing": 200, "transcription": 100, "decision": 0, "inference": 450, "synthesis": 250},
    ),
    "an answer aloud that took longer than the silence, it is said": (
        (1000, utterance(100, 300), [aloud(300, 1000, 5000, 250)], None),
        {"endpointing": 200, "transcription": 100, "decision": 0, "inference": 450, "synthesis": 250},
    ),
    "an answer aloud with measures that are none": (
        (1000, utterance(100, 300), [aloud(300, 1000, float("nan"), -5)], None),
        {"endpointing": 200, "transcription": 100, "decision": 0, "inference": 700},
    ),
    "no model": (
        (1000, utterance(300, 300), [], spoken(500, 1000)),
        {"endpointing": 300, "transcription": 0, "synthesis": 500, "unattributed": 200},
    ),
    "nothing but the end of speech": (
        (1000, heard(started_ns=-900), [thought(400, 600, 700)], spoken(700, 1000)),
        {"inference": 200, "aggregation": 100, "synthesis": 300, "unattributed": 400},
    ),
    "no mark at all": ((1000, None, [], None), {"unattributed": 1000}),
    "an answer before the end of speech": ((-1, utterance(300, 300), [], spoken(-500, -1)), {}),
}


@pytest.mark.parametrize("name", CASES)
def test_stages(name: str) -> None:
    """Each stage has the time that the answer spent in it."""
    (audible, *rest), expected = CASES[name]
    assert durations(breakdown(0, audible, *rest)) == expected


moments = st.integers(-10_000, 10_000)
maybe = st.none() | moments
outcomes = st.none() | st.sampled_from(Outcome)
utterances = st.none() | st.builds(
    lambda start, one, other, end, streamed: made(
        SpeechToText("ears"), started_ns=start, transcribed_ns=one, endpoint_ns=other, ended_ns=end, streamed=streamed
    ),
    moments,
    maybe,
    maybe,
    maybe,
    st.booleans(),
)
measures = st.none() | st.floats(-1e15, 1e15) | st.just(float("nan"))
answers = st.builds(thought, moments, maybe, maybe, outcomes, st.booleans())
thoughts = st.lists(answers | st.builds(aloud, moments, maybe, measures, measures), max_size=6)
syntheses = st.none() | st.builds(spoken, moments, maybe)


@given(moments, moments, utterances, thoughts, syntheses)
def test_whatever_comes_it_sums(
    speech_ended: int,
    audible: int,
    listened: SpeechToText | None,
    thinking: list[Inference],
    voice: TextToSpeech | None,
) -> None:
    """Marks in any order, or none: the stages are not negative, follow one another, and sum exactly to the latency."""
    stages = breakdown(speech_ended, audible, listened, thinking, voice)
    if audible < speech_ended:
        assert stages == []
        return
    ends = [Stage("", speech_ended, speech_ended), *stages]
    assert all(one.ended_ns == following.started_ns <= following.ended_ns for one, following in pairwise(ends))
    assert sum(durations(stages).values()) == audible - speech_ended
    assert set(durations(stages)) <= set(STAGES)
