"""What comes in from outside: a connection or a request, while it is served, and the conversation that it is."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from otel_voice.conversations.model import Conversation, Origin


class Arrival:
    """One connection or request. What runs in its context belongs to its conversation, or to none."""

    __slots__ = (
        "attributes",
        "conversation",
        "conversation_id",
        "correlation_id",
        "ended",
        "own",
        "remote",
        "request_id",
    )

    def __init__(self, conversation_id: str | None, correlation_id: str | None, request_id: str | None) -> None:
        self.conversation_id = conversation_id
        """As the caller named it."""
        self.request_id = request_id or os.urandom(16).hex()
        self.correlation_id = correlation_id or self.request_id
        self.attributes: Mapping[str, Any] = {}
        """The ids, in the telemetry's own names."""
        self.remote: dict[str, str] = {}
        """What the caller says of its trace: headers."""
        self.conversation: Conversation | None = None
        self.own: Conversation | None = None
        """The conversation that began with it, and ends with it."""
        self.ended = False

    @property
    def call(self) -> Conversation | None:
        """Its conversation, while that is open."""
        found = self.conversation
        return None if found is None or found.closed else found

    @property
    def waits(self) -> bool:
        """Whether it names a conversation, of which nothing has happened yet."""
        return self.conversation is None and self.conversation_id is not None and not self.ended

    def begun(self) -> Conversation:
        """The conversation that begins with it; still to be opened."""
        given = self.conversation_id is not None
        id = self.conversation_id or uuid.uuid4().hex
        return Conversation(id, Origin.CONNECTION, given=given, attributes=self.attributes)


current: ContextVar[Arrival | None] = ContextVar("otel_voice.arrival", default=None)
"""What is served here."""
