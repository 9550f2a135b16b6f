"""The turns of one conversation: when one begins, what belongs to it, when it is over.

A turn begins with the user's speech after an answer, or with the agent when nobody has spoken yet. It is over when
the next one has begun, or at hang-up, and all its operations have ended: only then is it known what it held.
"""

from __future__ import annotations

from typing import Protocol

from otel_voice.conversations.breakdown import breakdown, measured_ns
from otel_voice.conversations.model import Conversation, Turn
from otel_voice.conversations.states import Transition
from otel_voice.observation.agents import Run
from otel_voice.observation.records import (
    Inference,
    Operation,
    Outcome,
    RealtimeResponse,
    SpeechToText,
    TextToSpeech,
)

USER_SPEECH = "user_speech"
CALLER = "caller"
FIRST_SOUND = "first_audible_sample"
TRANSCRIPTION_REQUEST = "transcription_request"
FINAL_TRANSCRIPT = "final_transcript"
PROVIDER_REPORT = "provider_report"
MOST_INFERENCES = 32


class Listener(Protocol):
    """Who wants to know what became of conversations and turns."""

    def conversation_opened(self, conversation: Conversation) -> None:
        """A conversation began."""

    def conversation_named(self, conversation: Conversation, channel: str | None) -> None:
        """More is known of a conversation than when it was opened; `channel` is what it had then."""

    def conversation_closed(self, conversation: Conversation) -> None:
        """A conversation was hung up; all its turns have ended."""

    def turn_started(self, turn: Turn) -> None:
        """A turn began."""

    def turn_answered(self, turn: Turn) -> None:
        """The first audio of the answer was heard; told again when it is known only later what it answered."""

    def turn_ended(self, turn: Turn) -> None:
        """A turn is over."""

    def state_changed(self, conversation: Conversation, transition: Transition) -> None:
        """The dialogue moved to another state."""

    def fell_back(self, conversation: Conversation, reason: str) -> None:
        """The dialogue fell back."""

    def retried(self, conversation: Conversation, reason: str) -> None:
        """Something was tried once more."""


def begin_operation(conversation: Conversation, record: Operation, listener: Listener) -> Turn:
    """The turn that an operation belongs to, opened when there is none for it."""
    conversation.running += 1
    conversation.touch(record.started_ns)
    turn = _turn_of(conversation, record, listener)
    turn.running += 1
    turn.touch(record.started_ns)
    if isinstance(record, Inference):
        _asked(turn, record)
    if isinstance(record, TextToSpeech | RealtimeResponse):
        turn.syntheses += 1
    # A model that listens itself gives an answer up without a word when the user goes on speaking.
    if isinstance(record, Inference | TextToSpeech) and not isinstance(record, RealtimeResponse):
        turn.answered = True
    return turn


def end_operation(conversation: Conversation, turn: Turn, record: Operation, listener: Listener) -> None:
    """Read an ended operation into its turn."""
    conversation.running -= 1
    turn.running -= 1
    at = record.ended_ns or record.started_ns
    conversation.touch(at)
    turn.touch(at)
    conversation.last_failed = record.outcome is Outcome.FAILED
    turn.errors += record.outcome is Outcome.FAILED and not isinstance(record, Run)
    turn.spent.add(record)
    conversation.spent.add(record)
    if isinstance(record, SpeechToText):
        if turn.first_audio_ns is None:
            _heard(turn, record)
        else:
            _heard_late(turn, record, listener)
        _listened(conversation, record)
    elif isinstance(record, TextToSpeech | RealtimeResponse):
        turn.syntheses -= 1
        _spoken(turn, record)
    if turn.superseded and not turn.running:
        end_turn(turn, listener)


def first_audio(turn: Turn, record: TextToSpeech | RealtimeResponse, listener: Listener) -> None:
    """The first audio of an answer is in the caller's hands."""
    if isinstance(record, RealtimeResponse):
        turn.answered = True
        if not record.audible:
            return
        if record.answers is not None and turn.first_audio_ns is None:  # its transcript may come long after the answer
            _heard(turn, record.answers)
    if turn.synthesis is None and isinstance(record, TextToSpeech):
        turn.synthesis = record
    if turn.first_audio_ns is None:
        if isinstance(record, RealtimeResponse):
            _reported(turn, record)
        answered(turn, record.first_chunk_ns, listener)


def answered(turn: Turn, at: int | None, listener: Listener) -> None:
    """The first audio of the answer was heard."""
    turn.first_audio_ns = at
    turn.conversation.answered_turns += 1
    explain(turn)
    listener.turn_answered(turn)


def supersede(turn: Turn, listener: Listener) -> None:
    """Another turn follows, or nothing more: this one ends with the last of its operations."""
    turn.superseded = True
    if turn.conversation.turn is turn:
        turn.conversation.turn = None
    if turn.running:
        turn.conversation.waiting.append(turn)
    else:
        end_turn(turn, listener)


def end_turn(turn: Turn, listener: Listener) -> None:
    """The turn is over."""
    if turn.ended_ns is None:
        turn.ended_ns = turn.last_activity_ns
        if turn in turn.conversation.waiting:
            turn.conversation.waiting.remove(turn)
        for begins, ends in turn.spoken.intervals():
            turn.conversation.talk.agent_spoke(begins, ends)
        listener.turn_ended(turn)
        turn.heard, turn.inferences, turn.synthesis = None, [], None


def open_turn(conversation: Conversation, initiator: str, started_ns: int, listener: Listener) -> Turn:
    """Begin a turn; what was the turn until now is superseded."""
    if conversation.turn is not None:
        supersede(conversation.turn, listener)
    conversation.turns += 1
    turn = Turn(conversation, conversation.turns, initiator, max(started_ns, conversation.opened.ns))
    conversation.turn = turn
    listener.turn_started(turn)
    return turn


def _turn_of(conversation: Conversation, record: Operation, listener: Listener) -> Turn:
    turn = conversation.turn
    if isinstance(record, RealtimeResponse) and record.opens_turn and (turn is None or turn.answered):
        return open_turn(conversation, "user", record.started_ns, listener)
    if not isinstance(record, SpeechToText):
        return turn or open_turn(conversation, "agent", record.started_ns, listener)
    if turn is None:
        return open_turn(conversation, "user", record.started_ns, listener)
    if not turn.answered:
        return turn  # the user goes on speaking before there was an answer
    if _is_answered_by(turn, record):
        turn.initiator = "user"
        return turn
    interrupts(turn, record.started_ns)
    return open_turn(conversation, "user", record.started_ns, listener)


def interrupts(turn: Turn, at: int) -> None:
    """The user begins to speak; if the agent does still, that cuts the answer short."""
    if _is_speaking(turn, at):
        turn.interrupted_by = turn.interrupted_by or USER_SPEECH
        turn.spoken.overlapped(at)


def _is_speaking(turn: Turn, at: int) -> bool:
    """Whether the agent's answer was still to be heard at `at`, as the program, or bytes and their length tell."""
    if turn.spoken.told:
        return turn.spoken.is_heard_at(at)
    if turn.first_audio_ns is None:
        return False
    return turn.syntheses > 0 or turn.playback_until_ns is None or at < turn.playback_until_ns


def _asked(turn: Turn, record: Inference) -> None:
    if turn.first_audio_ns is None:
        turn.inferences.append(record)
        del turn.inferences[:-MOST_INFERENCES]


def explain(turn: Turn) -> None:
    """Say what the caller waited for."""
    if turn.speech_ended_ns is not None and turn.first_audio_ns is not None:
        turn.stages = breakdown(turn.speech_ended_ns, turn.first_audio_ns, turn.heard, turn.inferences, turn.synthesis)


def _is_answered_by(turn: Turn, record: SpeechToText) -> bool:
    """Whether the agent took up the word for an utterance of which the recogniser tells only now."""
    return turn.initiator == "agent" and turn.speech_ended_ns is None and record.started_ns < turn.started_ns


def _heard(turn: Turn, record: SpeechToText) -> None:
    if turn.speech_end_told:
        turn.heard = record
        return
    ended, source = _end_of_speech(record)
    if ended is not None and (turn.speech_ended_ns is None or ended > turn.speech_ended_ns):
        turn.heard = record
        turn.speech_ended_ns = ended
        turn.speech_end_source = source


def _heard_late(turn: Turn, record: SpeechToText, listener: Listener) -> None:
    """The answer had begun before the recogniser said when the speech had ended that it answers."""
    ended, source = _end_of_speech(record)
    if ended is None or turn.speech_ended_ns is not None or turn.ended_ns is not None:
        return
    if turn.first_audio_ns is not None and ended <= turn.first_audio_ns:
        turn.heard, turn.speech_ended_ns, turn.speech_end_source = record, ended, source
        explain(turn)
        listener.turn_answered(turn)


def _end_of_speech(record: SpeechToText) -> tuple[int | None, str | None]:
    if record.speech_ended_ns is None and not record.streamed and record.outcome is Outcome.COMPLETED:
        return record.started_ns, TRANSCRIPTION_REQUEST  # the recording was whole when it was sent
    return record.speech_ended_ns, record.speech_end_source


def _spoken(turn: Turn, record: TextToSpeech | RealtimeResponse) -> None:
    if record.first_chunk_ns is None or (isinstance(record, RealtimeResponse) and not record.audible):
        return
    ends = turn.spoken.made(max(record.first_chunk_ns, turn.playback_until_ns or 0), record)
    if ends is not None:
        turn.playback_until_ns = max(ends, turn.playback_until_ns or 0)
    if record is turn.synthesis:
        _sounded(turn, record)
    if isinstance(record, RealtimeResponse) and record.first_chunk_ns == turn.first_audio_ns:
        _reported(turn, record)  # a report may come after the first sound
        explain(turn)
    if record.outcome is Outcome.INTERRUPTED and turn.interrupted_by is None:
        known = record.interrupted_by if isinstance(record, RealtimeResponse) else None
        turn.interrupted_by = known or CALLER


def _reported(turn: Turn, record: RealtimeResponse) -> None:
    """The service measured the silence, and all that was known of when it began is when the transcript came."""
    if turn.speech_ended_ns is None or turn.speech_end_source != FINAL_TRANSCRIPT or turn.heard is None:
        return
    silence, sounded = measured_ns(record.told_seconds), record.first_chunk_ns
    if silence is None or sounded is None:
        return
    if turn.heard.started_ns <= sounded - silence < turn.speech_ended_ns:
        turn.speech_ended_ns, turn.speech_end_source = sounded - silence, PROVIDER_REPORT


def _sounded(turn: Turn, record: TextToSpeech) -> None:
    """The answer began with silence: what the caller waited for is the first sound, where nobody tells of playback."""
    if record.audible_ns is None or turn.spoken.told or record.first_chunk_ns != turn.first_audio_ns:
        return
    turn.first_audio_source = FIRST_SOUND
    turn.first_audio_ns = record.audible_ns
    explain(turn)


def _listened(conversation: Conversation, record: SpeechToText) -> None:
    """When the user spoke, as the recogniser heard it; not where the program tells it."""
    if not record.streamed:
        begins, ends = record.started_ns - int((record.audio_seconds or 0) * 1e9), record.started_ns
    else:
        begins, ends = record.started_ns, record.speech_ended_ns or record.transcribed_ns or record.started_ns
    conversation.talk.user_spoke(begins, ends, record.words)
