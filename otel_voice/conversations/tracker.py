"""Which conversation? Two calls are never mixed: where it is ambiguous, an operation stays alone.

The order: what the program said; the connection or request that is served here; the trace of the inbound request; the
only conversation there is; the task or thread that holds a call's speech-to-text stream; a new one, opened by a
speech-to-text stream.
"""

from __future__ import annotations

import asyncio
import os
import threading
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from otel_voice.conversations import arrival, marks, turns
from otel_voice.conversations.model import Conversation, ConversationOutcome, Origin, Place, Turn
from otel_voice.conversations.tools import Tools
from otel_voice.observation import clock
from otel_voice.observation.records import Operation, RealtimeResponse, TextToSpeech

current: ContextVar[Conversation | None] = ContextVar("otel_voice.conversation", default=None)
"""The conversation the program named."""

_END_IS_TOLD = (Origin.EXPLICIT, Origin.CONNECTION, Origin.FRAMEWORK)


class Conversations:
    """The open conversations of this process."""

    def __init__(self, listener: turns.Listener, idle_timeout: float = 10.0) -> None:
        self._listener = listener
        self._idle_ns = int(idle_timeout * 1e9)
        self._lock = threading.RLock()
        self._open: list[Conversation] = []
        self._by_trace: dict[int, Conversation] = {}
        self._by_holder: WeakKeyDictionary[Any, Conversation] = WeakKeyDictionary()
        self._timer: threading.Timer | None = None
        self.tools = Tools()

    def open(self, conversation: Conversation) -> Conversation:
        """Take a conversation in."""
        with self._lock:
            self._open.append(conversation)
            self._listener.conversation_opened(conversation)
        return conversation

    def open_for(self, arrived: arrival.Arrival) -> Conversation:
        """The conversation of a connection or of a request that names one; the same at each call."""
        with self._lock:
            if arrived.conversation is None:
                arrived.conversation = arrived.own = self.open(arrived.begun())
            return arrived.conversation

    def join(self, arrived: arrival.Arrival) -> None:
        """Let a request take part in the one open conversation that it names."""
        with self._lock:
            wanted = arrived.conversation_id
            known = [each for each in self._open if each.given and each.id == wanted]
            if len(known) == 1:
                arrived.conversation = known[0]

    def adopt(self, said: Conversation) -> Conversation | None:
        """The conversation of the connection that is served here, when the program names it while it is still empty."""
        arrived = arrival.current.get()
        with self._lock:
            here = None if arrived is None else arrived.own
            if here is None or here.closed or here.origin is not Origin.CONNECTION or here.turns:
                return None
            channel = here.channel
            here.become(said)
            self._listener.conversation_named(here, channel)
            return here

    def rename(self, conversation: Conversation, id: str) -> None:
        """Who called is known only now; a conversation that has another name, or is under way, keeps that."""
        with self._lock:
            if not (conversation.given or conversation.turns or conversation.closed):
                conversation.id, conversation.given = id, True
                self._listener.conversation_named(conversation, conversation.channel)

    def close(self, conversation: Conversation, outcome: ConversationOutcome | None = None) -> None:
        """Hang up: end the turns, then the conversation. Operations still running stay with it."""
        with self._lock:
            if conversation.closed or conversation.process != os.getpid():
                return
            marks.close(conversation, conversation.last_activity_ns, self._listener)
            for turn in [*conversation.waiting, *filter(None, (conversation.turn,))]:
                turns.end_turn(turn, self._listener)
            conversation.turn = None
            conversation.ended_ns = conversation.last_activity_ns
            conversation.outcome = outcome or conversation.said_outcome or _outcome(conversation)
            self._forget(conversation)
            self._listener.conversation_closed(conversation)

    def close_all(self) -> None:
        """The process ends: hang up all that is open."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            for conversation in list(self._open):
                self.close(conversation)

    def forget_all(self) -> None:
        """In a forked child: what is open belongs to the parent."""
        self._lock = threading.RLock()
        self._open, self._by_trace, self._by_holder, self._timer = [], {}, WeakKeyDictionary(), None

    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def find(self, trace_id: int = 0) -> Conversation | None:
        """The conversation that code running here and now belongs to; None when there is none, or several."""
        named = current.get()
        if named is not None and not named.closed:
            return named
        if not self._open:
            return None
        arrived = arrival.current.get()
        if arrived is not None:  # never a guess: others are served at the same time
            return arrived.call or self._by_trace.get(trace_id)
        return self._by_trace.get(trace_id) or self._only(trace_id) or self._by_holder.get(_holder())

    def begin(self, record: Operation, trace_id: int = 0) -> Place | None:
        """Find the place of an operation that begins; None when it stays alone."""
        conversation: Conversation | None = record.conversation or self._here(trace_id)
        if conversation is None or conversation.closed:
            return None
        with self._lock:
            conversation.begun[type(record)] += 1
            return Place(conversation, turns.begin_operation(conversation, record, self._listener))

    def open_turn(self, conversation: Conversation) -> Turn:
        """Begin a turn because the program says so."""
        with self._lock:
            return turns.open_turn(conversation, "user", clock.now(), self._listener)

    def close_turn(self, turn: Turn) -> None:
        """End a turn because the program says so."""
        with self._lock:
            turn.touch(clock.now())
            turns.supersede(turn, self._listener)

    def mark(self, conversation: Conversation, mark: Callable[..., None], *told: Any) -> None:
        """Take in what the program tells (see `marks`); after hang-up nothing is left to tell."""
        with self._lock:
            if not conversation.closed and conversation.process == os.getpid():
                mark(conversation, *told, self._listener)

    def first_chunk(self, place: Place, record: Operation) -> None:
        """The first chunk of an operation is in the caller's hands."""
        if isinstance(record, TextToSpeech | RealtimeResponse):
            with self._lock:
                turns.first_audio(place.turn, record, self._listener)

    def end(self, place: Place, record: Operation) -> None:
        """Read an operation that ended into its turn."""
        with self._lock:
            turns.end_operation(place.conversation, place.turn, record, self._listener)

    def session_opened(self, trace_id: int = 0) -> Conversation:
        """A speech-to-text stream opened: it joins its conversation, or opens one."""
        with self._lock:
            conversation = self._here(trace_id)
            # A second live stream is a second call, unless the program or a trace says otherwise.
            if conversation is None or (conversation.sessions and not self._is_certain(conversation, trace_id)):
                origin = Origin.TRACE if trace_id else Origin.IMPLICIT
                conversation = self.open(Conversation(uuid.uuid4().hex, origin))
            if trace_id:
                self._by_trace.setdefault(trace_id, conversation)
            arrived = arrival.current.get()
            if arrived is not None and arrived.call is None:
                arrived.conversation = conversation  # what else this request starts belongs to it, too
            conversation.sessions += 1
            self.held_here(conversation)
            return conversation

    def session_closed(self, conversation: Conversation) -> None:
        """A speech-to-text stream closed; an implicit conversation without one ends after a silence."""
        with self._lock:
            conversation.sessions -= 1
            conversation.touch(clock.now())
            if not conversation.sessions:
                self._release(conversation)
                if conversation.origin not in _END_IS_TOLD:
                    self._await_silence()

    def held_here(self, conversation: Conversation) -> None:
        """The running task or thread serves this conversation's stream."""
        with self._lock:
            self._by_holder[_holder()] = conversation

    def _here(self, trace_id: int) -> Conversation | None:
        """As `find`; but the conversation that a request names begins with the first thing that happens in it."""
        named, arrived = current.get(), arrival.current.get()
        if arrived is not None and arrived.waits and (named is None or named.closed):
            self.join(arrived)
            if arrived.conversation is None:
                self.open_for(arrived)
        return self.find(trace_id)

    def _is_certain(self, conversation: Conversation, trace_id: int) -> bool:
        arrived = arrival.current.get()
        if arrived is not None and arrived.conversation is conversation:
            return True
        return current.get() is conversation or self._by_trace.get(trace_id) is conversation

    def _only(self, trace_id: int) -> Conversation | None:
        """The only conversation; but under a trace of its own, work is not taken for a call known otherwise."""
        opened = tuple(self._open)  # another thread may be closing it
        only = opened[0] if len(opened) == 1 else None
        if only is not None and only.origin is Origin.CONNECTION:
            return None  # what belongs to a connection runs in its context
        if only is not None and trace_id and only.origin is not Origin.IMPLICIT:
            return None
        return only

    def _forget(self, conversation: Conversation) -> None:
        self._open.remove(conversation)
        self._by_trace = {key: value for key, value in self._by_trace.items() if value is not conversation}
        self._release(conversation)

    def _release(self, conversation: Conversation) -> None:
        for holder in [holder for holder, held in self._by_holder.items() if held is conversation]:
            del self._by_holder[holder]

    def _await_silence(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._idle_ns / 1e9, self._close_silent)
            self._timer.daemon = True
            self._timer.start()

    def _close_silent(self) -> None:
        """Hang up implicit conversations that have no stream, nothing running, and were silent long enough."""
        with self._lock:
            self._timer = None
            waiting = False
            for conversation in list(self._open):
                if conversation.origin in _END_IS_TOLD or conversation.sessions:
                    continue
                silent = clock.now() - conversation.last_activity_ns >= self._idle_ns
                if silent and not conversation.running:
                    self.close(conversation)
                else:
                    waiting = True
            if waiting:
                self._await_silence()


def _holder() -> asyncio.Task[Any] | threading.Thread:
    """The running task, or else the running thread. The object: numbers of dead ones are used again."""
    try:
        return asyncio.current_task() or threading.current_thread()
    except RuntimeError:
        return threading.current_thread()


def _outcome(conversation: Conversation) -> ConversationOutcome:
    if conversation.last_failed:
        return ConversationOutcome.FAILED
    return ConversationOutcome.COMPLETED if conversation.answered_turns else ConversationOutcome.ABANDONED
