"""A body that the program pulls: it asks for bytes until there are none, in whichever of many ways.

Those ways call each other, and some give the program what is underneath to read from. The outermost one counts.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Any

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import Observer
from otel_voice.capture.operation import Abandonment, Running
from otel_voice.capture.shadows import Shadows
from otel_voice.observation import clock

Make = Callable[[Callable[..., Any]], Callable[..., Any]]
Took = Callable[["Pulling", Any, tuple[Any, ...], dict[str, Any]], None]
"""Reads what a method gave for these arguments."""


@dataclass(frozen=True)
class Pulled:
    """A body with the methods of a file, and what is under it, which `with` may give to the program.

    `length` is how many bytes it has, where that is known.
    """

    body: Any
    under: Any
    length: int | None = None

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        self.follow(running, observer, held)

    def follow(self, running: Running, observer: Observer, held: Abandonment) -> Pulling:
        """Let every read and every closing pass through us."""
        pulling = Pulling(running, observer.body, held, self.length)
        # The body first: it may be a proxy of what is under it.
        for owner in (self.body, self.under):
            shadows = Shadows(owner)
            pulling.put_back.append(shadows.lift)
            for name, took in _READING.items():
                shadows.put(name, _reading(pulling, took))
            for name in ("stream", "read_chunked"):
                shadows.put(name, _iterating(pulling))
            for name in ("close", "aclose", "release"):
                shadows.put(name, _closing(pulling, owner))
        return pulling


class Pulling:
    """What is known of one body while it is read."""

    __slots__ = ("_length", "_read", "_size", "held", "inside", "put_back", "running")

    def __init__(self, running: Running, read: Callable[[Any], None], held: Abandonment, length: int | None) -> None:
        self.running = running
        self.held = held
        self.inside: object = None
        """Who is in the middle of a read: a task or a thread."""
        self.put_back: list[Callable[[], None]] = []
        self._read = shielded(read)
        self._length = length
        self._size = 0

    @property
    def unseen(self) -> bool:
        """Whether a read is none of our business: it is part of another, or the operation has ended."""
        return self.inside is not None or self.running.ended

    def took(self, data: Any) -> None:
        """The program gets these bytes; none are the end."""
        size = len(data)
        if size:
            self._size += size
            record = self.running.record
            record.last_chunk_ns = now = clock.now()
            if record.first_chunk_ns is None:
                self.running.first_chunk(now)
            self._read(data)
        if not size or self._size == self._length:
            self.complete()

    def complete(self) -> None:
        """The program has all of it; or no more comes, because somebody closed it during a read."""
        if self.running.closing:
            self.running.interrupt()
        else:
            self.running.complete()
        self.let_go()

    def let_go(self) -> None:
        """It has ended: nothing is left on the program's objects."""
        while self.put_back:
            self.put_back.pop()()


class _Read:
    """One read. The operation is current in the first one, which may still be waiting for the service."""

    __slots__ = ("_first", "_pulling")

    def __init__(self, pulling: Pulling) -> None:
        self._pulling = pulling
        self._first = pulling.running.record.first_chunk_ns is None
        pulling.inside = _here()

    def __enter__(self) -> None:
        if self._first:
            self._pulling.running.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pulling = self._pulling
        pulling.inside = None
        if self._first:
            pulling.running.__exit__(None, None, None)
        if error is not None and not isinstance(error, StopIteration):
            pulling.running.stop(error)
            guarded(pulling.let_go)


def took_amount(pulling: Pulling, result: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """A method that gives at most so many bytes; all that are left when it was not said how many."""
    amount = args[0] if args else kwargs.get("amt", kwargs.get("n"))
    if amount == 0:
        return
    pulling.took(result)
    if amount is None or amount < 0:
        pulling.complete()


def took_some(pulling: Pulling, result: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """A method that gives what there is."""
    pulling.took(result)


def _took_into(pulling: Pulling, result: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    target = memoryview(args[0] if args else kwargs["b"]).cast("B")
    if len(target):
        pulling.took(target[:result])


_READING: Mapping[str, Took] = {"read": took_amount, "read1": took_some, "readinto": _took_into}


def _reading(pulling: Pulling, took: Took) -> Make:
    """A method that gives bytes, or puts them where the program says."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def method(*args: Any, **kwargs: Any) -> Any:
            if pulling.unseen:
                return original(*args, **kwargs)
            with _Read(pulling):
                result = original(*args, **kwargs)
            guarded(took, pulling, result, args, kwargs)
            return result

        async def amethod(*args: Any, **kwargs: Any) -> Any:
            return await pulled(pulling, original, took, args, kwargs)

        return amethod if iscoroutinefunction(original) else method

    return make


async def pulled(
    pulling: Pulling, original: Callable[..., Any], took: Took, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Await what a method gives, and read it."""
    if pulling.unseen:
        return await original(*args, **kwargs)
    with _Read(pulling):
        result = await original(*args, **kwargs)
    guarded(took, pulling, result, args, kwargs)
    return result


def _iterating(pulling: Pulling) -> Make:
    """A generator function of bytes."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def method(*args: Any, **kwargs: Any) -> Iterator[bytes]:
            inner = original(*args, **kwargs)
            return inner if pulling.unseen else _iterated(pulling, inner)

        return method

    return make


def _iterated(pulling: Pulling, inner: Iterator[bytes]) -> Iterator[bytes]:
    while not pulling.unseen:
        try:
            with _Read(pulling):
                data = next(inner)
        except StopIteration:
            guarded(pulling.complete)
            return
        if data:
            guarded(pulling.took, data)
        yield data
    yield from inner


def _closing(pulling: Pulling, owner: Any) -> Make:
    """A method with which the program says that it wants no more."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def method(*args: Any, **kwargs: Any) -> Any:
            guarded(_closed, pulling, owner)
            return original(*args, **kwargs)

        return method

    return make


def _closed(pulling: Pulling, owner: Any) -> None:
    running = pulling.running
    if pulling.inside is not None:
        # A read that fails closes by itself, and says how it ended; one that somebody else cuts short does not.
        running.closing = pulling.inside != _here()
        return
    if getattr(owner, "_finalizing", False):
        running.abandon()  # so a file says that it is the garbage collector who closes it
    else:
        running.interrupt()
    pulling.let_go()


def _here() -> object:
    """The task that is running, or the thread."""
    try:
        return asyncio.current_task() or threading.get_ident()
    except RuntimeError:
        return threading.get_ident()
