"""The response latency taken apart: stages that follow one another and sum to it exactly.

The silence that the caller hears runs from the end of their speech to the first audio of the answer. Each moment of it
belongs to one stage, the first that claims it, in the order in which an answer is made:

    end of speech -> endpointing, transcription -> decision -> inference (-> tools -> inference) -> aggregation
    -> synthesis -> playback -> first audible sample

What no mark explains is `unattributed`. Work that began before the one it waits for (an answer generated on a guess, a
synthesis opened early) counts from where the one before it ended, so that no stage is negative and none overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from otel_voice.observation.records import Inference, Outcome, RealtimeResponse, SpeechToText, TextToSpeech

ENDPOINTING = "endpointing"
TRANSCRIPTION = "transcription"
DECISION = "decision"
INFERENCE = "inference"
TOOLS = "tools"
AGGREGATION = "aggregation"
SYNTHESIS = "synthesis"
PLAYBACK = "playback"
UNATTRIBUTED = "unattributed"

LONGEST_MEASURE = 600.0
"""Seconds. Nobody waits longer for an answer: a service that says so is wrong."""

STAGES = (
    ENDPOINTING,
    TRANSCRIPTION,
    DECISION,
    INFERENCE,
    TOOLS,
    AGGREGATION,
    SYNTHESIS,
    PLAYBACK,
    UNATTRIBUTED,
)


class Stage(NamedTuple):
    """A part of the latency that was spent on one thing. Monotonic nanoseconds."""

    name: str
    started_ns: int
    ended_ns: int


class Tape:
    """A stretch of time that is given away from its start to its end, each moment once."""

    def __init__(self, begins: int, ends: int) -> None:
        self._at = begins
        self._ends = ends
        self.stages: list[Stage] = []

    def until(self, stage: str, moment: int | None) -> None:
        """Give what lies before `moment`, and is not given yet, to a stage. Nothing for a moment that is not known."""
        if moment is None:
            return
        until = max(min(moment, self._ends), self._at)
        self.stages.append(Stage(stage, self._at, until))
        self._at = until

    def between(self, stage: str, start: int, end: int | None) -> None:
        """Give what lies between two moments to a stage; what lies before the first explains nothing."""
        if end is not None:
            self.leave(start)
            self.until(stage, end)

    def leave(self, moment: int) -> None:
        """Leave what lies before `moment` to nobody."""
        if moment > self._at:
            self.until(UNATTRIBUTED, moment)


def breakdown(
    speech_ended_ns: int,
    audible_ns: int,
    heard: SpeechToText | None,
    inferences: Sequence[Inference],
    synthesis: TextToSpeech | None,
) -> list[Stage]:
    """The stages that are known, each beginning where the one before it ended; a stage may come more than once.

    `heard` is the utterance that was answered, `inferences` the model calls of its turn in order of their start,
    `synthesis` the one whose audio was heard first. Empty when the answer was audible before the speech had ended.
    """
    if audible_ns < speech_ended_ns:
        return []
    tape = Tape(speech_ended_ns, audible_ns)
    understood = heard is not None and _listening(tape, heard)
    chain = answering(inferences, synthesis)
    if chain:
        _thinking(tape, chain, understood, synthesis)
    if synthesis is not None:
        tape.between(SYNTHESIS, synthesis.started_ns, synthesis.first_chunk_ns)
        if synthesis.first_chunk_ns is not None and synthesis.first_chunk_ns < audible_ns:
            tape.until(PLAYBACK, audible_ns)
    tape.leave(audible_ns)
    return tape.stages


def durations(stages: Sequence[Stage]) -> dict[str, int]:
    """Nanoseconds of each stage that there is, in the order of STAGES."""
    sums: dict[str, int] = {}
    for stage in stages:
        sums[stage.name] = sums.get(stage.name, 0) + stage.ended_ns - stage.started_ns
    return {name: sums[name] for name in STAGES if name in sums}


def answering(inferences: Sequence[Inference], synthesis: TextToSpeech | None) -> list[Inference]:
    """The model calls that the caller waited for, one after the other; the last one's words were spoken first.

    A guess that was given up is not among them, nor is a call that ran beside the others. A call that failed is: what
    was tried after it had to wait for it.
    """
    before = [one for one in inferences if synthesis is None or one.started_ns <= _last_text(synthesis)]
    words = [one for one in before if one.outcome is not Outcome.FAILED and _first_words(one) is not None]
    # What asks for tools may say something as well; it was heard when nothing else had been said by then.
    speaking = next((one for one in reversed(words) if not one.tool_calls), words[-1] if words else None)
    if speaking is None:
        return [one for one in before[-1:] if one.outcome is Outcome.FAILED]
    chain = [speaking]
    for one in reversed(before[: before.index(speaking)]):
        if one.outcome is not Outcome.INTERRUPTED and one.ended_ns is not None and one.ended_ns <= chain[0].started_ns:
            chain.insert(0, one)
    return chain


def _listening(tape: Tape, heard: SpeechToText) -> bool:
    """The recogniser's decision that the user is done, and its last words, as they came; False without either."""
    marks = [(heard.endpoint_ns, ENDPOINTING), (heard.transcribed_ns, TRANSCRIPTION)]
    known = sorted((mark, order, stage) for order, (mark, stage) in enumerate(marks) if mark is not None)
    if known:
        for mark, _, stage in known:
            tape.until(stage, mark)
    elif not heard.streamed:  # a recording that was sent when the program found that the user was done
        tape.until(ENDPOINTING, heard.started_ns)
        tape.until(TRANSCRIPTION, heard.ended_ns)
    return bool(known) or not heard.streamed


def _thinking(tape: Tape, chain: Sequence[Inference], understood: bool, synthesis: TextToSpeech | None) -> None:
    if understood:
        tape.until(DECISION, chain[0].started_ns)
    for one, following in pairwise(chain):
        tape.between(INFERENCE, one.started_ns, one.ended_ns)
        tape.until(_between(one), following.started_ns)
    if isinstance(chain[-1], RealtimeResponse):
        _answering_aloud(tape, chain[-1])
    else:
        tape.between(INFERENCE, chain[-1].started_ns, _first_words(chain[-1]))
    if synthesis is not None:
        tape.until(AGGREGATION, synthesis.started_ns)


def _answering_aloud(tape: Tape, answer: RealtimeResponse) -> None:
    """A model that speaks itself: all of it one wait, unless its service measured the words and the voice apart."""
    audible = _first_words(answer)
    voice, words = measured_ns(answer.told_synthesis_seconds), measured_ns(answer.told_inference_seconds)
    voiced = None if audible is None else audible - (voice or 0)
    tape.between(INFERENCE, answer.started_ns if words is None or voiced is None else voiced - words, voiced)
    if voice is not None:
        tape.until(SYNTHESIS, audible)


def measured_ns(seconds: float | None) -> int | None:
    """A service's own measure in nanoseconds; None for what cannot be one."""
    return int(seconds * 1e9) if seconds is not None and 0 <= seconds <= LONGEST_MEASURE else None


def _between(one: Inference) -> str:
    """What the time after a model call was spent on, when another one followed."""
    if one.outcome is Outcome.FAILED:
        return INFERENCE
    return TOOLS if one.tool_calls else DECISION


def _first_words(inference: Inference) -> int | None:
    """When the first words of an answer were there."""
    return inference.first_chunk_ns or inference.ended_ns


def _last_text(synthesis: TextToSpeech) -> int:
    """Until when text may have reached a synthesis before its first audio."""
    return synthesis.first_chunk_ns or synthesis.started_ns
