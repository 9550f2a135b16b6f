"""A stream of small items of which only the first and the last say something, passed on for next to nothing.

An SDK's object costs thousands of instructions to look into. The first chunk of an answer names it, the last two tell
why it ended and what it used; the words between are the program's alone.
"""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Observer
from otel_voice.capture.operation import Abandonment, Ending, Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.observation import clock

_END = object()
_MARK = "_otel_voice_followed"


class EndsObserver(Observer):
    """Reads the first item when it comes, and the last two when the operation ends."""

    def __init__(self, wants_content: bool) -> None:
        super().__init__(wants_content)
        self.tail: list[Any] = [None, None]
        """The last two items; what came before is not kept."""

    def end(self) -> None:
        for item in self.tail:
            if item is not None:
                guarded(self.chunk, item)


@dataclass(frozen=True)
class Ends(Following):
    """An iterator kept in an attribute of an SDK object, read at its ends only."""

    owner: Any
    attribute: str

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        assert isinstance(observer, EndsObserver)
        inner = getattr(self.owner, self.attribute)
        reader: Any
        if hasattr(inner, "__anext__"):
            vars(self.owner)[_MARK] = _Unread(inner, running, observer, held)
            reader = _apassed(inner, Ending(running), running, observer, held)
        else:
            reader = _passed(inner, running, observer, held)
        running.readers.append(weakref.ref(reader))
        setattr(self.owner, self.attribute, reader)


def aiteration(point: Point, sink: Sink, active: Active) -> Wrapper:
    """An `__aiter__` that only passes on what the iterator inside gives: ours takes its place, at no further frame."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        unread = vars(instance).get(_MARK)
        if unread is None or unread.running.ended or unread.running.record.first_chunk_ns is not None:
            return wrapped(*args, **kwargs)
        return unread.read()

    return wrapper


class _Unread:
    """What is remembered on a stream whose iteration has not begun."""

    __slots__ = ("_held", "_inner", "_observer", "running")

    def __init__(self, inner: AsyncIterator[Any], running: Running, observer: EndsObserver, held: Abandonment) -> None:
        self._inner = inner
        self.running = running
        self._observer = observer
        self._held = held

    def read(self) -> AsyncIterator[Any]:
        reader = _apassed(self._inner, _Pausing(self.running), self.running, self._observer, self._held)
        self.running.readers.append(weakref.ref(reader))
        return reader


class _Pausing(Ending):
    """Ends an operation like `Ending`, but for a loop that was left: the stream may still be read on."""

    __slots__ = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, GeneratorExit):
            super().__exit__(kind, error, trace)


def _first(item: Any, running: Running, observer: EndsObserver) -> None:
    running.record.last_chunk_ns = at = clock.now()
    running.first_chunk(at)
    guarded(observer.chunk, item)


def _passed(inner: Iterator[Any], running: Running, observer: EndsObserver, held: Abandonment) -> Iterator[Any]:
    record, tail, now = running.record, observer.tail, clock.now
    with Ending(running):
        with running:
            item = next(inner, _END)
        if item is _END:
            return
        _first(item, running, observer)
        yield item
        for item in inner:
            record.last_chunk_ns = now()
            tail[0] = tail[1]
            tail[1] = item
            yield item


async def _apassed(
    inner: AsyncIterator[Any], ending: Ending, running: Running, observer: EndsObserver, held: Abandonment
) -> AsyncIterator[Any]:
    record, tail, now = running.record, observer.tail, clock.now
    with ending:
        with running:
            item = await anext(inner, _END)
        if item is _END:
            return
        _first(item, running, observer)
        yield item
        async for item in inner:
            record.last_chunk_ns = now()
            tail[0] = tail[1]
            tail[1] = item
            yield item
