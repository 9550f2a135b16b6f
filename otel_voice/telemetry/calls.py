"""Conversations that a framework opens: as the program's own, with everything started inside belonging to them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace

from otel_voice.conversations import arrival, carry, tracker
from otel_voice.conversations.model import Conversation, ConversationOutcome, Origin
from otel_voice.observation import clock
from otel_voice.telemetry.arrivals import Arrivals


class Calls:
    """The open conversations, for whoever knows where one begins."""

    def __init__(self, conversations: tracker.Conversations) -> None:
        self._conversations = conversations
        self.arrivals = Arrivals(conversations)

    def named(self) -> Conversation | None:
        """The conversation that the program has named here, or else that of the connection that is served here."""
        here = tracker.current.get()
        if here is not None and not here.closed:
            return here
        arrived = arrival.current.get()
        return None if arrived is None else arrived.call

    def here(self) -> Conversation | None:
        """The conversation that what runs here belongs to, by whatever sign."""
        return self._conversations.find(trace.get_current_span().get_span_context().trace_id)

    def open(self, id: str | None, origin: Origin) -> Conversation:
        """A conversation begins; `id` is the framework's, when it has one."""
        carry.into_threads()
        return self._conversations.open(Conversation(id or uuid.uuid4().hex, origin, given=id is not None))

    def mark(self, conversation: Conversation, mark: Callable[..., None], *told: Any) -> None:
        """The framework tells something that nobody can infer."""
        self._conversations.mark(conversation, mark, *told)

    def close(self, conversation: Conversation, *, failed: bool) -> None:
        """Hang up."""
        conversation.touch(clock.now())
        self._conversations.close(conversation, ConversationOutcome.FAILED if failed else None)

    @contextmanager
    def within(self, conversation: Conversation) -> Iterator[None]:
        """What is started inside belongs to the conversation."""
        token = tracker.current.set(conversation)
        context = conversation.handle.context
        attached = otel_context.attach(context)
        try:
            yield
        finally:
            if otel_context.get_current() is context:
                otel_context.detach(attached)
            if tracker.current.get() is conversation:
                tracker.current.reset(token)
