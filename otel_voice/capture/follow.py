"""What is followed after a call has returned, until the operation ends.

Nothing is replaced by a look-alike: the program keeps the SDK's own object, and only the iterator inside it, or one
of its methods, passes through us.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import Observer
from otel_voice.capture.operation import Abandonment, Ending, Running
from otel_voice.capture.shadows import Shadows
from otel_voice.observation import clock

_END = object()


class Following(Protocol):
    """Something that still belongs to the operation. `held` ends it when all that is followed was collected."""

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        """Start following."""


@dataclass(frozen=True)
class Items:
    """An iterator kept in an attribute of an SDK object: `stream._iterator`, `response._data`."""

    owner: Any
    attribute: str

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        inner = getattr(self.owner, self.attribute)
        setattr(self.owner, self.attribute, followed(inner, running, observer.chunk, held))


@dataclass(frozen=True)
class Closing:
    """An HTTP response whose `close` or `aclose` ends the operation, unless the reading itself called it."""

    response: Any

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        shadow_closing(Shadows(self.response), running)


@dataclass(frozen=True)
class Body:
    """The body of an HTTP response, by whichever method the program reads it."""

    response: Any

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        def follow(inner: Any) -> Any:
            # A parsed stream reads through iter_bytes, and that through iter_raw: the outermost is the caller's.
            if running.readers:
                return inner
            return followed(inner, running, observer.body, held)

        shadows = Shadows(self.response)
        for name in ("iter_bytes", "aiter_bytes", "iter_raw", "aiter_raw"):
            shadows.after(name, follow)
        shadow_closing(shadows, running)


@dataclass(frozen=True)
class Later:
    """A method that turns a raw response into what must be followed, whenever the program calls it."""

    owner: Any
    method: str

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        shadows = Shadows(self.owner)

        def read(result: Any) -> Any:
            shadows.lift()
            if not running.ended and not running.readers:
                guarded(answered, running, observer, result, held)
            return result

        shadows.after(self.method, read)


def answered(running: Running, observer: Observer, result: Any, held: Abandonment | None = None) -> None:
    """Read a result; end the operation, or follow what the observer names."""
    followings = observer.response(result)
    if not followings:
        running.complete()
        return
    held = held or Abandonment(running)
    for following in followings:
        following.begin(running, observer, held)


def followed(inner: Any, running: Running, hook: Callable[[Any], None], held: Abandonment) -> Any:
    """The same items, lazily, through a generator of the same colour that ends the operation with them."""
    read = shielded(hook)
    reader: Any
    if hasattr(inner, "__anext__"):
        reader = aiterate(inner, running, read, held)
    else:
        reader = iterate(iter(inner), running, read, held)
    running.readers.append(weakref.ref(reader))
    return reader


def iterate(inner: Iterator[Any], running: Running, read: Callable[[Any], None], held: Abandonment) -> Iterator[Any]:
    """Pass items on; mark the first and the last; end the operation exactly once."""
    record = running.record
    now = clock.now
    with Ending(running):
        with running:
            item = next(inner, _END)
        if item is _END:
            return
        record.last_chunk_ns = at = now()
        running.first_chunk(at)
        read(item)
        yield item
        for item in inner:
            record.last_chunk_ns = now()
            read(item)
            yield item


async def aiterate(
    inner: AsyncIterator[Any], running: Running, read: Callable[[Any], None], held: Abandonment
) -> AsyncIterator[Any]:
    """Pass items on; mark the first and the last; end the operation exactly once."""
    record = running.record
    now = clock.now
    try:
        with Ending(running):
            with running:
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
        # A synchronous generator is closed when its last reference goes; an asynchronous one must be told.
        close = getattr(inner, "aclose", None)
        if close is not None:
            await close()


def shadow_closing(shadows: Shadows, running: Running) -> None:
    """Let the closing of a response end the operation, unless the reading itself called it."""
    # Before the close: a read that it cuts short fails in another thread while this one is still closing.
    for name in ("close", "aclose"):
        shadows.before(name, lambda: guarded(_closing, shadows, running))


def _closing(shadows: Shadows, running: Running) -> None:
    """A response is closed: by its own reading, which then says how it ended, or by somebody who wants no more."""
    shadows.lift()
    readers = [reader for reader in (reference() for reference in running.readers) if _is_reading(reader)]
    if not readers:
        running.interrupt()
    elif not any(_is_on_this_stack(reader) for reader in readers):
        running.closing = True


def _is_reading(reader: Any) -> bool:
    return getattr(reader, "gi_running", False) or getattr(reader, "ag_running", False)


def _is_on_this_stack(reader: Any) -> bool:
    frame = getattr(reader, "gi_frame", None) or getattr(reader, "ag_frame", None)
    below: FrameType | None = sys._getframe()
    while below is not None and below is not frame:
        below = below.f_back
    return below is not None
