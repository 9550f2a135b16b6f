"""What is followed after a call has returned, until the operation ends.

Nothing is replaced by a look-alike: the program keeps the SDK's own object, and only the iterator inside it, or one
of its methods, passes through us.
"""

from __future__ import annotations

import inspect
import sys
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import Observer
from otel_voice.capture.operation import Abandonment, Ending, Running
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
        _shadow_closing(_Shadows(self.response), running)


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

        shadows = _Shadows(self.response)
        for name in ("iter_bytes", "aiter_bytes", "iter_raw", "aiter_raw"):
            shadows.after(name, follow)
        _shadow_closing(shadows, running)


@dataclass(frozen=True)
class Later:
    """A method that turns a raw response into what must be followed, whenever the program calls it."""

    owner: Any
    method: str

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        shadows = _Shadows(self.owner)

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


def _shadow_closing(shadows: _Shadows, running: Running) -> None:
    # Before the close: a read that it cuts short fails in another thread while this one is still closing.
    for name in ("close", "aclose"):
        shadows.before(name, lambda: guarded(_closing, shadows, running))


def _closing(shadows: _Shadows, running: Running) -> None:
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


class _Shadows:
    """Methods put before the class's own on one object. Lifted when they have served: they make it refer to itself,
    and the program's last reference to it should still be the last."""

    def __init__(self, owner: Any) -> None:
        self._owner = owner
        self._put: list[tuple[str, Any, Any]] = []

    def before(self, name: str, hook: Callable[[], None]) -> None:
        """Call `hook` before the method."""

        def make(original: Callable[..., Any]) -> Callable[..., Any]:
            def method(*args: Any, **kwargs: Any) -> Any:
                hook()
                return original(*args, **kwargs)

            return method

        self._shadow(name, make)

    def after(self, name: str, hook: Callable[[Any], Any]) -> None:
        """Let `hook` see what the method returned, and return it or what stands for it."""

        def make(original: Callable[..., Any]) -> Callable[..., Any]:
            def method(*args: Any, **kwargs: Any) -> Any:
                result = original(*args, **kwargs)
                return _awaited(result, hook) if inspect.iscoroutine(result) else hook(result)

            return method

        self._shadow(name, make)

    def _shadow(self, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        original = getattr(self._owner, name, None)
        if original is None:
            return
        method = make(original)
        self._put.append((name, method, vars(self._owner).get(name)))
        setattr(self._owner, name, method)

    def lift(self) -> None:
        """Take back what nobody has put another over."""
        for name, method, earlier in self._put:
            if vars(self._owner).get(name) is not method:
                continue
            if earlier is None:
                delattr(self._owner, name)
            else:
                setattr(self._owner, name, earlier)
        self._put.clear()


async def _awaited(result: Any, hook: Callable[[Any], Any]) -> Any:
    return hook(await result)
