"""The call that is made through other SDKs: what they would tell of it is told already."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from inspect import iscoroutine
from typing import Any

from otel_voice.capture.claim import Claim
from otel_voice.capture.follow import answered
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.begin import begin
from otel_voice.capture.shapes.call import Unawaited


def claimed_call(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that does its work before it returns. Called inside of one that is claimed, it is silent, too."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        begun = begin(point, sink, active, Call(instance, args, kwargs))
        if begun is None:
            return wrapped(*args, **kwargs)
        running, observer = begun
        with running, Claim():
            result = wrapped(*args, **kwargs)
        guarded(answered, running, observer, result)
        return result

    return wrapper


def async_claimed_call(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine function of that kind."""

    async def drive(made: Call, coroutine: Coroutine[Any, Any, Any], unawaited: Unawaited) -> Any:
        unawaited.coroutine = None
        begun = begin(point, sink, active, made)
        if begun is None:
            return await coroutine
        running, observer = begun
        with running, Claim():
            result = await coroutine
        guarded(answered, running, observer, result)
        return result

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = wrapped(*args, **kwargs)
        if not active.on or not iscoroutine(result):
            return result
        driven: Any = drive(Call(instance, args, kwargs), result, Unawaited(result))
        driven.__name__, driven.__qualname__ = result.__name__, result.__qualname__
        return driven

    return wrapper
