"""A voice pipeline and a realtime session of OpenAI's Agents SDK: each is a call, with everything that it starts."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from inspect import iscoroutine
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.conversations.model import Conversation, Origin
from otel_voice.frameworks.openai_agents_steps import given

_sessions: WeakKeyDictionary[Any, Conversation] = WeakKeyDictionary()


def piping(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`VoicePipeline.run`: a call, until the task ends that it leaves behind."""
    return _around(active, lambda pipeline, coroutine: _piped(sink, pipeline, coroutine))


def entering(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`RealtimeSession.__aenter__`: a call begins."""
    return _around(active, lambda session, coroutine: _entered(sink, session, coroutine))


def closing(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`RealtimeSession.close`: the program hangs up."""
    return _around(active, lambda session, coroutine: _closed(sink, session, coroutine))


def _around(active: Active, following: Callable[[Any, Coroutine[Any, Any, Any]], Any]) -> Wrapper:
    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        coroutine = wrapped(*args, **kwargs)
        if not active.on or not iscoroutine(coroutine):
            return coroutine
        return following(instance, coroutine)

    return wrapper


async def _piped(sink: Sink, pipeline: Any, coroutine: Coroutine[Any, Any, Any]) -> Any:
    call = guarded(_begin, sink, pipeline)
    with _within(sink, call), _Beginning(sink, call):
        result = await coroutine
    guarded(_end_with, sink, call, result)
    return result


async def _entered(sink: Sink, session: Any, coroutine: Coroutine[Any, Any, Any]) -> Any:
    call = guarded(_begin, sink, session)
    with _within(sink, call), _Beginning(sink, call):
        result = await coroutine
    if call is not None:
        _sessions[session] = call
    return result


async def _closed(sink: Sink, session: Any, coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await coroutine
    finally:
        guarded(_hang_up, sink, _sessions.pop(session, None), None)


class _Beginning:
    """A call that could not begin has failed, unless the program gave it up."""

    def __init__(self, sink: Sink, call: Conversation | None) -> None:
        self._sink, self._call = sink, call

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            guarded(_hang_up, self._sink, self._call, error)


def _begin(sink: Sink, instance: Any) -> Conversation | None:
    """The call that begins; None where the program has named one, which is whose work this is."""
    if sink.calls.named() is not None:
        return None
    group = getattr(getattr(instance, "config", None), "group_id", None)  # a pipeline has one, a session has not
    opened: Conversation = sink.calls.open(given(group), Origin.FRAMEWORK)
    return opened


def _end_with(sink: Sink, call: Conversation | None, result: Any) -> None:
    """The call ends with the task that hears, answers and waits for all that is spoken."""
    if call is not None:
        result.text_generation_task.add_done_callback(shielded(lambda _: _hang_up(sink, call, None)))


def _hang_up(sink: Sink, call: Conversation | None, error: BaseException | None) -> None:
    if call is not None:
        sink.calls.close(call, failed=isinstance(error, Exception))


def _within(sink: Sink, call: Conversation | None) -> AbstractContextManager[None]:
    within = None if call is None else guarded(sink.calls.within, call)
    return within or nullcontext()
