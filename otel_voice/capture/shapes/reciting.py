"""The generator function that is given a text as an iterator, and gives its sound while it reads that.

The text is overheard as the SDK reads it: on a thread of its own, or in a task that begins inside the first read and
inherits what is current there. So the asynchronous one makes nothing current: what the program does to make its text
is no part of what it asks for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from inspect import signature
from typing import Any, cast

from otel_voice.capture.follow import iterate
from otel_voice.capture.guard import shielded
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Abandonment, Ending, Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.requests import Ear, overheard_as
from otel_voice.capture.shapes.begin import begin
from otel_voice.observation import clock

_TEXT = "text_stream"
_END = object()


class RecitingObserver(Observer):
    """Reads one synthesis, and the text that it is made of."""

    def heard(self, text: Any) -> None:
        """The SDK reads a part of the text. This may be another thread than the one that gets the sound."""


def reciting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A generator function; its observer is a `RecitingObserver`."""

    def drive(inner: Iterator[Any], made: Call, ear: Ear) -> Iterator[Any]:
        begun = begin(point, sink, active, made)
        if begun is None:
            return (yield from inner)
        running, observer = begun
        ear.listen(cast("RecitingObserver", observer).heard)
        return (yield from iterate(inner, running, shielded(observer.chunk), Abandonment(running)))

    return _overhearing(active, drive)


def async_reciting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """An asynchronous generator function of that kind."""

    async def drive(inner: AsyncIterator[Any], made: Call, ear: Ear) -> AsyncIterator[Any]:
        begun = begin(point, sink, active, made)
        if begun is None:
            async for item in inner:
                yield item
            return
        running, observer = begun
        ear.listen(cast("RecitingObserver", observer).heard)
        items = _read(inner, running, shielded(observer.chunk), Abandonment(running))
        try:
            async for item in items:
                yield item
        finally:
            await items.aclose()  # type: ignore[attr-defined]

    return _overhearing(active, drive)


def _overhearing(active: Active, drive: Callable[[Any, Call, Ear], Any]) -> Wrapper:
    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not active.on:
            return wrapped(*args, **kwargs)
        ear, made = Ear(), Call(instance, args, kwargs)
        position = list(signature(wrapped).parameters).index(_TEXT)
        args, kwargs = overheard_as(_TEXT, position, args, kwargs, ear)
        return drive(wrapped(*args, **kwargs), made, ear)

    return wrapper


async def _read(
    inner: AsyncIterator[Any], running: Running, read: Callable[[Any], None], held: Abandonment
) -> AsyncIterator[Any]:
    record, now = running.record, clock.now
    try:
        with Ending(running):
            item = await anext(inner, _END)
            if item is _END:
                return
            record.last_chunk_ns = at = now()
            running.first_chunk(at)
            read(item)
            yield item
            async for item in inner:
                record.last_chunk_ns = now()
                read(item)
                yield item
    finally:
        await inner.aclose()  # type: ignore[attr-defined]
