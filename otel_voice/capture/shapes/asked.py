"""The method that makes every request of a client, at once or in pieces: what comes in pieces waits to be read."""

from __future__ import annotations

from collections.abc import Callable
from inspect import iscoroutine
from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.call import Unawaited, async_call, call
from otel_voice.capture.shapes.generator import async_generator, generator

_IN_PIECES = "stream"


def asked(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A method that returns a generator when it is given `stream`, and otherwise the answer."""
    whole, pieces = call(point, sink, active), generator(point, sink, active)

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return (pieces if kwargs.get(_IN_PIECES) else whole)(wrapped, instance, args, kwargs)

    return wrapper


def async_asked(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine method of that kind; awaiting it makes the asynchronous generator, which has done nothing yet."""
    whole, pieces = async_call(point, sink, active), async_generator(point, sink, active)

    async def drive(coroutine: Any, instance: Any, args: Any, kwargs: Any, unawaited: Unawaited) -> Any:
        unawaited.coroutine = None
        items = await coroutine
        return pieces(lambda *_, **__: items, instance, args, kwargs)

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not kwargs.get(_IN_PIECES):
            return whole(wrapped, instance, args, kwargs)
        result = wrapped(*args, **kwargs)
        if not active.on or not iscoroutine(result):
            return result
        return drive(result, instance, args, kwargs, Unawaited(result))

    return wrapper
