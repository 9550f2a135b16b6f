"""The call: a request and its answer. What the answer still holds back is followed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from otel_voice.capture.follow import answered
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.begin import begin
from otel_voice.capture.shapes.driving import Unawaited, driving

Around = Callable[[Running], AbstractContextManager[Any]]
"""What an operation runs in: itself, or more."""


def call(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that does its work before it returns."""
    return calling(point, sink, active, _itself)


def async_call(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that returns a coroutine, and does its work when that is awaited."""
    return async_calling(point, sink, active, _itself)


def calling(point: Point, sink: Sink, active: Active, around: Around) -> Wrapper:
    """The work of a function, and what it runs in."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        begun = begin(point, sink, active, Call(instance, args, kwargs))
        if begun is None:
            return wrapped(*args, **kwargs)
        running, observer = begun
        with around(running):
            result = wrapped(*args, **kwargs)
        guarded(answered, running, observer, result)
        return result

    return wrapper


def async_calling(point: Point, sink: Sink, active: Active, around: Around) -> Wrapper:
    """The work of a coroutine, and what it runs in."""

    async def drive(made: Call, unawaited: Unawaited) -> Any:
        coroutine = unawaited.begun()
        begun = begin(point, sink, active, made)
        if begun is None:
            return await coroutine
        running, observer = begun
        with around(running):
            result = await coroutine
        guarded(answered, running, observer, result)
        return result

    return driving(active, drive)


def _itself(running: Running) -> Running:
    return running
