"""The turns of one conversation: when one begins, what belongs to it, when it is over.

A turn begins with the user's speech after an answer, or with the agent when nobody has spoken yet. It is over when
the next one has begun, or at hang-up, and all its operations have ended: only then is it known what it held.
"""

from __future__ import annotations

from typing import Protocol

from otel_voice.conversations.breakdown import breakdown
from otel_voice.conversations.model import Conversation, Turn
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
TRANSCRIPTION_REQUEST = "transcription_request"
MOST_INFERENCES = 32


class Listener(Protocol):
    """Who wants to know what became of conversations and turns."""

    def conversation_opened(self, conversation: Conversation) -> None:
        """A conversation began."""

    def conversation_closed(self, conversation: Conversation) -> None:
        """A conversation was hung up; all its turns have ended."""

    def turn_started(self, turn: Turn) -> None:
        """A turn began."""

    def turn_answered(self, turn: Turn) -> None:
        """The first audio of the answer was heard."""

    def turn_ended(self, turn: Turn) -> None:
        """A turn is over."""


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
    turn.errors += record.outcome is Outcome.FAILED
    if isinstance(record, SpeechToText):
        _heard(turn, record)
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
        if record.answers is not None:  # its transcript may come long after the answer
            _heard(turn, record.answers)
    if turn.first_audio_ns is None:
        turn.first_audio_ns = record.first_chunk_ns
        turn.conversation.answered_turns += 1
        _explain(turn, record)
        listener.turn_answered(turn)


def supersede(turn: Turn, listener: Listener) -> None:
    """Another turn follows, or nothing more: this one ends with the last of its operations."""
    turn.superseded = True
    if turn.conversation.turn is turn:
        turn.conversation.turn = None
    if not turn.running:
        end_turn(turn, listener)


def end_turn(turn: Turn, listener: Listener) -> None:
    """The turn is over."""
    if turn.ended_ns is None:
        turn.ended_ns = turn.last_activity_ns
        listener.turn_ended(turn)


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
    if _is_speaking(turn, record.started_ns):
        turn.interrupted_by = USER_SPEECH
    return open_turn(conversation, "user", record.started_ns, listener)


def _is_speaking(turn: Turn, at: int) -> bool:
    """Whether the agent's answer was still to be heard at `at`, as far as bytes and their length tell."""
    if turn.first_audio_ns is None:
        return False
    return turn.syntheses > 0 or turn.playback_until_ns is None or at < turn.playback_until_ns


def _asked(turn: Turn, record: Inference) -> None:
    if turn.first_audio_ns is None:
        turn.inferences.append(record)
        del turn.inferences[:-MOST_INFERENCES]


def _explain(turn: Turn, record: TextToSpeech | RealtimeResponse) -> None:
    """Say what the caller waited for; what that needs is not kept any longer."""
    synthesis = record if isinstance(record, TextToSpeech) else None
    if turn.speech_ended_ns is not None and turn.first_audio_ns is not None:
        turn.stages = breakdown(turn.speech_ended_ns, turn.first_audio_ns, turn.heard, turn.inferences, synthesis)
    turn.heard = None
    turn.inferences = []


def _heard(turn: Turn, record: SpeechToText) -> None:
    if turn.first_audio_ns is not None:
        return
    ended, source = record.speech_ended_ns, record.speech_end_source
    if ended is None and not record.streamed and record.outcome is Outcome.COMPLETED:
        ended, source = record.started_ns, TRANSCRIPTION_REQUEST  # the recording was whole when it was sent
    if ended is not None and (turn.speech_ended_ns is None or ended > turn.speech_ended_ns):
        turn.heard = record
        turn.speech_ended_ns = ended
        turn.speech_end_source = source


def _spoken(turn: Turn, record: TextToSpeech | RealtimeResponse) -> None:
    if record.first_chunk_ns is None or (isinstance(record, RealtimeResponse) and not record.audible):
        return
    if record.audio_seconds is not None:
        begins = max(record.first_chunk_ns, turn.playback_until_ns or 0)
        turn.playback_until_ns = begins + int(record.audio_seconds * 1e9)
    elif record.ended_ns is not None:
        turn.playback_until_ns = max(record.ended_ns, turn.playback_until_ns or 0)
    if record.outcome is Outcome.INTERRUPTED and turn.interrupted_by is None:
        known = record.interrupted_by if isinstance(record, RealtimeResponse) else None
        turn.interrupted_by = known or CALLER
