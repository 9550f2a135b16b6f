"""An imported conversation as spans, with the times it had, and with ids that are the same each time it is imported.

There are no metrics and no events: a histogram counts what happens now, and would count a second import twice.
"""

from __future__ import annotations

import hashlib
from copy import copy
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import Span, Tracer, set_span_in_context

from otel_voice.conversations.model import Conversation, Turn
from otel_voice.conversations.states import Transition
from otel_voice.observation.records import Operation
from otel_voice.telemetry.attributes import of_place
from otel_voice.telemetry.content import ContentPolicy
from otel_voice.telemetry.spans import BY_SCOPE, Spans


class DerivedIds:
    """Ids of spans that follow from what they are of: whoever receives them twice can know that they are the same."""

    def __init__(self, conversation: str, trace_id: int) -> None:
        self._conversation = conversation
        self._trace_id = trace_id
        self._key = ""
        self._made = 0

    def next_is(self, key: str) -> None:
        """The next spans are of this part of the conversation."""
        self._key, self._made = key, 0

    def generate_span_id(self) -> int:
        """The id of the next span of the part."""
        self._made += 1
        return self._derived("span", self._made, 8)

    def generate_trace_id(self) -> int:
        """The conversation's own trace; another one for a turn that is a trace of its own."""
        return self._derived("trace", 0, 16) if self._key else self._trace_id

    def is_trace_id_random(self) -> bool:
        """Nobody promises that."""
        return False

    def _derived(self, what: str, number: int, size: int) -> int:
        text = "\n".join((self._conversation, self._key, what, str(number)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size], "big") or 1


class Held:
    """A conversation or a turn: its span, and the context it makes."""

    __slots__ = ("context", "span")

    def __init__(self, span: Span) -> None:
        self.span = span
        self.context = set_span_in_context(span, Context())


class ImportedSpans:
    """Listens to a replayed conversation and makes its spans."""

    def __init__(self, tracer: Tracer, policy: ContentPolicy, trace_scope: str, ids: DerivedIds) -> None:
        own: Any = copy(tracer)  # everybody else's goes on making ids of its own
        own.id_generator = ids
        self._ids = ids
        self._operations = Spans(own, policy)
        self._conversations = BY_SCOPE[trace_scope](own)

    def conversation_opened(self, conversation: Conversation) -> None:
        """Start the root."""
        conversation.handle = Held(self._conversations.conversation(conversation, Context()))

    def conversation_named(self, conversation: Conversation, channel: str | None) -> None:
        """All is known from the beginning."""

    def conversation_closed(self, conversation: Conversation) -> None:
        """End the root."""
        self._conversations.end_conversation(conversation.handle.span, conversation)

    def turn_started(self, turn: Turn) -> None:
        """Start a turn."""
        self._ids.next_is(turn.id)
        turn.handle = Held(self._conversations.turn(turn, turn.conversation.handle.span))

    def turn_answered(self, turn: Turn) -> None:
        """The turn says it when it ends."""

    def turn_ended(self, turn: Turn) -> None:
        """Draw its stages, and end it."""
        self._ids.next_is(f"{turn.id} stages")
        self._conversations.stages(turn)
        self._conversations.end_turn(turn.handle.span, turn)

    def operation(self, turn: Turn, record: Operation, key: str) -> None:
        """The span of an operation that has ended."""
        self._ids.next_is(f"operation {key}")
        span = self._operations.start(record, of_place(turn.conversation, turn), turn.handle.context)
        self._operations.finish(span, record)

    def state_changed(self, conversation: Conversation, transition: Transition) -> None:
        """No document tells of states."""

    def fell_back(self, conversation: Conversation, reason: str) -> None:
        """Nor of this."""

    def retried(self, conversation: Conversation, reason: str) -> None:
        """Nor of this."""
