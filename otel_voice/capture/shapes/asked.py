"""The method that makes every request of a client, at once or in pieces: what comes in pieces waits to be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.call import async_call, call
from otel_voice.capture.shapes.driving import Unawaited, driving
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

    async def drive(made: Call, unawaited: Unawaited) -> Any:
        items = await unawaited.begun()
        return pieces(lambda *_, **__: items, made.instance, made.args, dict(made.kwargs))

    begun = driving(active, drive)

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return (begun if kwargs.get(_IN_PIECES) else whole)(wrapped, instance, args, kwargs)

    return wrapper
