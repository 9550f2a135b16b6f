"""One `AgentSession`: where its call begins and ends, and when its agent is heard."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from inspect import iscoroutine
from typing import Any
from weakref import WeakKeyDictionary

from otel_voice.capture.guard import guarded
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.conversations import marks
from otel_voice.conversations.model import Conversation, Origin
from otel_voice.observation import clock

_SPEAKING = "speaking"
_calls: WeakKeyDictionary[Any, Conversation] = WeakKeyDictionary()


def starting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`start`: the call begins, and everything that the session starts belongs to it."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        coroutine = wrapped(*args, **kwargs)
        if not active.on or not iscoroutine(coroutine):
            return coroutine
        return _started(sink, instance, coroutine)

    return wrapper


def speaking(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that has the agent say something, by tasks that it makes."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with _within(sink, _calls.get(instance) if active.on else None):
            return wrapped(*args, **kwargs)

    return wrapper


def emitting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`emit`: the session tells its listeners something; here is one more."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        call = _calls.get(instance)
        if active.on and call is not None and len(args) > 1:
            guarded(_told, sink, instance, call, args[0], args[1])
        return wrapped(*args, **kwargs)

    return wrapper


async def _started(sink: Sink, session: Any, coroutine: Coroutine[Any, Any, Any]) -> Any:
    call = guarded(_call, sink, session)
    with _within(sink, call):
        return await coroutine


def _call(sink: Sink, session: Any) -> Conversation:
    """The call of a session; the one that the program has named, when it has."""
    known = _calls.get(session)
    if known is None or known.closed:
        known = _calls[session] = sink.calls.named() or sink.calls.open(_room(), Origin.FRAMEWORK)
    return known


def _room() -> str | None:
    """The name of the room, in a job that has one."""
    try:
        name = sys.modules["livekit.agents"].get_job_context().room.name
    except RuntimeError:  # not in a job
        return None
    return name if isinstance(name, str) and name else None


def _within(sink: Sink, call: Conversation | None) -> AbstractContextManager[None]:
    within = None if call is None else guarded(sink.calls.within, call)
    return within or nullcontext()


def _told(sink: Sink, session: Any, call: Conversation, event: str, content: Any) -> None:
    if event == "agent_state_changed":
        at = _moment(content)
        if content.old_state == _SPEAKING:
            sink.calls.mark(call, marks.playback_ended, at)
        if content.new_state == _SPEAKING:
            sink.calls.mark(call, marks.playback_started, at)
    elif event == "close" and call.origin is Origin.FRAMEWORK:
        sink.calls.close(call, failed=content.error is not None)
        _calls.pop(session, None)


def _moment(content: Any) -> int:
    """When something happened, out of the time of day that the event was made at."""
    return clock.now() - max(int((time.time() - content.created_at) * 1e9), 0)
