"""The generator that gives a part of what comes over a connection: who stops reading it wants no more of that part.

The operation is that of the connection's observer; here is only seen that the program left it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper


class PartObserver(Observer):
    """Tells the observer of the connection what the program left."""

    def left(self, call: Call) -> None:
        """The program stopped reading what this call gives."""


def part(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A generator function; its observer is a `PartObserver`."""

    def drive(inner: Iterator[Any], made: Call) -> Iterator[Any]:
        try:
            return (yield from inner)
        except GeneratorExit:
            guarded(_left, point, sink, made)
            raise

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        inner = wrapped(*args, **kwargs)
        return drive(inner, Call(instance, args, kwargs)) if active.on else inner

    return wrapper


def async_part(point: Point, sink: Sink, active: Active) -> Wrapper:
    """An asynchronous generator function; its observer is a `PartObserver`."""

    async def drive(inner: AsyncIterator[Any], made: Call) -> AsyncIterator[Any]:
        try:
            async for item in inner:
                yield item
        except (GeneratorExit, asyncio.CancelledError):
            guarded(_left, point, sink, made)
            raise
        finally:
            await inner.aclose()  # type: ignore[attr-defined]

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        inner = wrapped(*args, **kwargs)
        return drive(inner, Call(instance, args, kwargs)) if active.on else inner

    return wrapper


def _left(point: Point, sink: Sink, made: Call) -> None:
    cast("type[PartObserver]", point.observer)(sink.wants_content).left(made)
