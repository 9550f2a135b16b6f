"""What a program may say where nothing can be inferred: this is a conversation, this is a turn."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from opentelemetry import context as otel_context

from otel_voice.block import Block
from otel_voice.call import Call
from otel_voice.conversations import carry, tracker
from otel_voice.conversations.model import Conversation, ConversationOutcome, Origin, Turn
from otel_voice.observation import clock
from otel_voice.runtime import runtime


class conversation(Block):  # noqa: N801 - used as a statement
    """One call, from here to the end of the block.

    Everything observed inside, in tasks and threads started inside too, belongs to it. `id` is the program's own name
    for it (a call id); one is made where it is left out, and then it is not told as `gen_ai.conversation.id`.
    `channel` and `direction` become metric labels: keep them to a handful of values ("phone", "inbound").
    """

    def __init__(
        self,
        id: str | None = None,
        *,
        session_id: str | None = None,
        user_id: str | None = None,
        channel: str | None = None,
        direction: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        if id is not None and not isinstance(id, str):
            raise TypeError(f"conversation(id=...) takes a string, not {type(id).__name__}")
        self._id = id
        self._given: dict[str, Any] = {
            "session_id": session_id,
            "user_id": user_id,
            "channel": channel,
            "direction": direction,
            "attributes": attributes,
        }
        self._tokens: tuple[Any, Any] | None = None
        self.current: Conversation | None = None
        """What is open inside the block; the program gets a `Call` of it."""

    def _again(self) -> conversation:
        return conversation(self._id, **self._given)

    def _enter(self) -> Call:
        carry.into_threads()
        said = Conversation(self._id or uuid.uuid4().hex, Origin.EXPLICIT, given=self._id is not None, **self._given)
        conversations = runtime().conversations
        self.current = conversations.adopt(said) or conversations.open(said)
        self._tokens = tracker.current.set(self.current), otel_context.attach(self.current.handle.context)
        return Call(self.current)

    def _exit(self, error: BaseException | None) -> None:
        if self.current is None or self._tokens is None:
            return
        self.current.touch(clock.now())
        failed = error is not None and isinstance(error, Exception)
        runtime().conversations.close(self.current, ConversationOutcome.FAILED if failed else None)
        attached, context = self._tokens
        if otel_context.get_current() is self.current.handle.context:
            otel_context.detach(context)
        if tracker.current.get() is self.current:
            tracker.current.reset(attached)


class turn(Block):  # noqa: N801 - used as a statement
    """One turn, from here to the end of the block, where the program knows better than the provider's events.

    Outside any conversation it does nothing: a turn belongs to a call.
    """

    def __init__(self) -> None:
        self.current: Turn | None = None

    def _again(self) -> turn:
        return turn()

    def _enter(self) -> Turn | None:
        at = runtime().conversations.find()
        if at is not None:
            self.current = runtime().conversations.open_turn(at)
        return self.current

    def _exit(self, error: BaseException | None) -> None:
        if self.current is not None:
            runtime().conversations.close_turn(self.current)


def current_conversation() -> Call | None:
    """The conversation that the code running here belongs to; None when there is none, or it is ambiguous."""
    found = runtime().conversations.find()
    return None if found is None else Call(found)
