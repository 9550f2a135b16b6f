"""A story, told once more by the rules of turns that live conversations go by; nothing here asks what time it is."""

from __future__ import annotations

from typing import Protocol

from otel_voice.conversations import turns
from otel_voice.conversations.model import Conversation, ConversationOutcome, Origin, Turn
from otel_voice.conversations.talk import Shares
from otel_voice.imports.story import Exchange, Story
from otel_voice.observation.records import Operation, RealtimeResponse


class Listener(turns.Listener, Protocol):
    """Who wants to know what became of a story."""

    def operation(self, turn: Turn, record: Operation, key: str) -> None:
        """An operation of a turn that is under way; `key` is its own within the conversation."""


class Imported(Conversation):
    """A conversation that is over. Documents tell when somebody began to speak, and not for how long."""

    def __init__(self, story: Story) -> None:
        super().__init__(story.id, Origin.IMPORTED, given=True, channel=story.channel, direction=story.direction)
        self.opened.ns = self.opened.unix_ns = self.last_activity_ns = story.started_ns

    @property
    def shares(self) -> Shares | None:
        """Not known."""
        return None


def replay(story: Story, listener: Listener) -> Conversation:
    """Tell a conversation, its turns and operations to a listener, in the order in which they were."""
    conversation = Imported(story)
    listener.conversation_opened(conversation)
    for exchange in story.exchanges:
        _turn(conversation, exchange, listener)
    if conversation.turn is not None:
        turns.supersede(conversation.turn, listener)
    conversation.ended_ns = max(story.ended_ns, conversation.last_activity_ns)
    conversation.outcome = story.outcome or _outcome(conversation)
    listener.conversation_closed(conversation)
    return conversation


def _turn(conversation: Conversation, exchange: Exchange, listener: Listener) -> None:
    turn = turns.open_turn(conversation, exchange.initiator, exchange.started_ns, listener)
    for told in exchange.operations:
        record = told.record
        turns.begin_operation(conversation, record, listener)
        if isinstance(record, RealtimeResponse) and record.first_chunk_ns is not None:
            turns.first_audio(turn, record, listener)
        listener.operation(turn, record, told.key)
        turns.end_operation(conversation, turn, record, listener)


def _outcome(conversation: Conversation) -> ConversationOutcome:
    return ConversationOutcome.COMPLETED if conversation.answered_turns else ConversationOutcome.ABANDONED
