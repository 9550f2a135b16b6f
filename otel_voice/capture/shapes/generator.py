"""The generator function: nothing happens until the first item is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from otel_voice.capture.follow import aiterate, iterate
from otel_voice.capture.guard import shielded
from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Abandonment, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.begin import begin


def generator(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A generator function."""

    def drive(inner: Iterator[Any], made: Call) -> Iterator[Any]:
        begun = begin(point, sink, active, made)
        if begun is None:
            return (yield from inner)
        running, observer = begun
        return (yield from iterate(inner, running, shielded(observer.chunk), Abandonment(running)))

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        inner = wrapped(*args, **kwargs)
        return drive(inner, Call(instance, args, kwargs)) if active.on else inner

    return wrapper


def generating(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A plain function that returns a generator, which does its work when it is iterated."""
    return generator(point, sink, active)


def async_generator(point: Point, sink: Sink, active: Active) -> Wrapper:
    """An asynchronous generator function."""

    async def drive(inner: AsyncIterator[Any], made: Call) -> AsyncIterator[Any]:
        begun = begin(point, sink, active, made)
        if begun is None:
            async for item in inner:
                yield item
            return
        running, observer = begun
        items = aiterate(inner, running, shielded(observer.chunk), Abandonment(running))
        try:
            async for item in items:
                yield item
        finally:
            await items.aclose()  # type: ignore[attr-defined]

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        inner = wrapped(*args, **kwargs)
        return drive(inner, Call(instance, args, kwargs)) if active.on else inner

    return wrapper
