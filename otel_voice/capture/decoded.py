"""A stream whose messages its SDK decodes after they came: an iterator inside it, and a method that reads each item.

The program gets what the method gives, and the method's errors.
"""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any

from otel_voice.capture.follow import shadow_closing
from otel_voice.capture.guard import shielded
from otel_voice.capture.observer import Observer
from otel_voice.capture.operation import Abandonment, Ending, Failing, Running
from otel_voice.capture.shadows import Shadows
from otel_voice.observation import clock

_END = object()


@dataclass(frozen=True)
class Decoded:
    """The stream, the names of its iterator and of its method, and the connection whose closing closes it.

    `is_last` says of an item that nothing comes after it; a stream may also end without such an item.
    """

    stream: Any
    iterator: str
    method: str
    connection: Any
    is_last: Callable[[Any], bool]

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        inner = getattr(self.stream, self.iterator)
        shadows = Shadows(self.connection)
        reader: Any
        if hasattr(inner, "__anext__"):
            reader = _apassed(inner, running, shadows, held)
        else:
            reader = _passed(inner, running, shadows, held)
        running.readers.append(weakref.ref(reader))
        setattr(self.stream, self.iterator, reader)
        setattr(self.stream, self.method, self._decoding(running, observer))
        shadow_closing(shadows, running)

    def _decoding(self, running: Running, observer: Observer) -> Callable[[Any], Any]:
        """The method, read. It is the stream's own affair, so it need not keep the stream alive."""
        owner = weakref.ref(self.stream)
        original = getattr(type(self.stream), self.method)
        record, failing, is_last = running.record, Failing(running), self.is_last

        def read(item: Any) -> None:
            observer.chunk(item)
            if is_last(item):
                running.complete()

        shielded_read = shielded(read)

        def decoded(item: Any) -> None:
            if not item:
                return  # the SDK passes it over
            record.last_chunk_ns = now = clock.now()
            if record.first_chunk_ns is None:
                running.first_chunk(now)
            shielded_read(item)

        def method(message: Any) -> Any:
            with failing:
                item = original(owner(), message)
            decoded(item)
            return item

        async def amethod(message: Any) -> Any:
            with failing:
                item = await original(owner(), message)
            decoded(item)
            return item

        return amethod if iscoroutinefunction(original) else method


def _passed(inner: Iterator[Any], running: Running, shadows: Shadows, held: Abandonment) -> Iterator[Any]:
    try:
        with Ending(running):
            with running:
                message = next(inner, _END)
            if message is _END:
                return
            yield message
            yield from inner
    finally:
        shadows.lift()


async def _apassed(
    inner: AsyncIterator[Any], running: Running, shadows: Shadows, held: Abandonment
) -> AsyncIterator[Any]:
    try:
        with Ending(running):
            with running:
                message = await anext(inner, _END)
            if message is _END:
                return
            yield message
            async for message in inner:
                yield message
    finally:
        shadows.lift()
        # A synchronous generator is closed when its last reference goes; an asynchronous one must be told.
        close = getattr(inner, "aclose", None)
        if close is not None:
            await close()
