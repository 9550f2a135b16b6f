"""What only the program knows: when the user speaks, when the agent is heard, what cut it short.

A program that tells is believed over the providers. Marks may come late, twice, or not at all: what they cannot mean
is passed over.
"""

from __future__ import annotations

from otel_voice.conversations import turns
from otel_voice.conversations.model import Conversation, Turn
from otel_voice.conversations.turns import Listener

PLAYBACK = "playback"


def user_speech_started(conversation: Conversation, at: int, listener: Listener) -> None:
    """The user begins to speak: into the open turn, or into a new one when there was an answer."""
    conversation.touch(at)
    conversation.speaking_ns = at
    for turn in _heard_now(conversation):
        turns.interrupts(turn, at)
    turn = _open_to_the_user(conversation) or turns.open_turn(conversation, "user", at, listener)
    # They go on after a pause: the end of speech that is known is not the end.
    turn.speech_ended_ns, turn.speech_end_source, turn.speech_end_told = None, None, False


def user_speech_ended(conversation: Conversation, at: int, listener: Listener) -> None:
    """The user fell silent."""
    conversation.touch(at)
    if conversation.speaking_ns is not None:
        conversation.talk.user_spoke(conversation.speaking_ns, at)
        conversation.speaking_ns = None
    if conversation.playing is not None and conversation.playing.superseded:
        _silent(conversation, conversation.playing.spoken.silent_ns or at, listener)
    turn = conversation.turn or turns.open_turn(conversation, "user", at, listener)
    if turn.first_audio_ns is None:
        turn.speech_ended_ns, turn.speech_end_source, turn.speech_end_told = at, turns.CALLER, True
        turn.touch(at)


def playback_started(conversation: Conversation, at: int, listener: Listener) -> None:
    """The first sample of an answer, or of the next part of it, leaves for the user's ear."""
    conversation.touch(at)
    turn = conversation.turn or turns.open_turn(conversation, "agent", at, listener)
    if conversation.playing not in (None, turn):
        _silent(conversation, at, listener)
    if conversation.playing is None:
        conversation.playing = turn
        turn.running += 1  # what is heard belongs to the turn, as an operation does
    first = not turn.spoken.told
    turn.spoken.starts(at)
    turn.touch(at)
    turn.answered = True
    if first:
        _audible(turn, at, listener)


def playback_progressed(conversation: Conversation, seconds: float, listener: Listener) -> None:
    """So much of the answer was played until now. Nobody is told before it is over."""
    turn = conversation.playing or conversation.turn
    if turn is not None:
        turn.spoken.progressed(seconds)


def playback_ended(conversation: Conversation, at: int, listener: Listener) -> None:
    """The agent is silent: the answer was played to its end, or was cut short."""
    conversation.touch(at)
    _silent(conversation, at, listener)


def interrupted(conversation: Conversation, source: str, at: int, listener: Listener) -> None:
    """The answer is cut short; by what, the program says."""
    conversation.touch(at)
    for turn in _heard_now(conversation) or _answered_last(conversation):
        turn.interrupted_by = source
        turn.touch(at)
        if turn.spoken.silent_ns is None:
            turn.spoken.silent_ns = at


def state(conversation: Conversation, name: str | None, at: int, listener: Listener) -> None:
    """The dialogue moves to another state; None is outside of all."""
    conversation.touch(at)
    transition = conversation.states.enter(name, at)
    if conversation.turn is not None and name is not None:
        conversation.turn.state = name
    if transition is not None:
        listener.state_changed(conversation, transition)


def state_broken_off(conversation: Conversation, before: str | None, at: int, listener: Listener) -> None:
    """A state was left by an error or a cancellation: the dialogue did not move on, it stopped there."""
    conversation.touch(at)
    transition = conversation.states.leave(before, at)
    if transition is not None:
        listener.state_changed(conversation, transition)


def fallback(conversation: Conversation, reason: str, at: int, listener: Listener) -> None:
    """The dialogue did not understand, or something else had to serve."""
    conversation.touch(at)
    if conversation.turn is not None:
        conversation.turn.fallbacks += 1
    listener.fell_back(conversation, reason)


def retry(conversation: Conversation, reason: str, at: int, listener: Listener) -> None:
    """Something is tried once more."""
    conversation.touch(at)
    if conversation.turn is not None:
        conversation.turn.retries += 1
    listener.retried(conversation, reason)


def close(conversation: Conversation, at: int, listener: Listener) -> None:
    """Hang-up: nobody speaks any more."""
    if conversation.speaking_ns is not None:
        conversation.talk.user_spoke(conversation.speaking_ns, at)
        conversation.speaking_ns = None
    _silent(conversation, at, listener)
    state(conversation, None, at, listener)


def _open_to_the_user(conversation: Conversation) -> Turn | None:
    """The open turn, when nobody has begun to answer in it."""
    turn = conversation.turn
    return None if turn is None or turn.answered or turn.first_audio_ns is not None else turn


def _audible(turn: Turn, at: int, listener: Listener) -> None:
    """The first sample counts, wherever the bytes came before it."""
    turn.first_audio_source = PLAYBACK
    if turn.first_audio_ns is None:
        turns.answered(turn, at, listener)
    else:
        turn.first_audio_ns = at
        turns.explain(turn)


def _silent(conversation: Conversation, at: int, listener: Listener) -> None:
    turn, conversation.playing = conversation.playing, None
    if turn is None:
        return
    turn.spoken.stops(at)
    turn.touch(at)
    turn.running -= 1
    if turn.superseded and not turn.running:
        turns.end_turn(turn, listener)


def _heard_now(conversation: Conversation) -> list[Turn]:
    """The turn whose answer is being heard; the open one where nobody tells of playback."""
    if conversation.playing is not None:
        return [conversation.playing]
    turn = conversation.turn
    return [turn] if turn is not None and turn.answered and not turn.spoken.told else []


def _answered_last(conversation: Conversation) -> list[Turn]:
    return [conversation.turn] if conversation.turn is not None and conversation.turn.answered else []
