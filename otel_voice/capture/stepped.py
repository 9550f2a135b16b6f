"""A stream that is its own iterator: its class has the method that gives each item, so that is where it is read.

The method is patched on the class; which operation a step belongs to is remembered on the stream. When the patches are
taken away, what is under way is no longer seen, and is told as far as it was.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from otel_voice.capture.claim import Claim
from otel_voice.capture.ends import EndsObserver
from otel_voice.capture.follow import Following
from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import Observer
from otel_voice.capture.operation import Abandonment, Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.observation import clock

_MARK = "_otel_voice_steps"


@dataclass(frozen=True)
class Steps(Following):
    """The stream. Its first item and its last two are read; all of them when somebody wants what they say."""

    stream: Any

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        assert isinstance(observer, EndsObserver)
        vars(self.stream)[_MARK] = steps = _Steps(running, observer, held)
        _under_way.add(steps)


class _Steps:
    """What is remembered on a stream until it has ended."""

    __slots__ = ("__weakref__", "_held", "_observer", "_read", "running")

    def __init__(self, running: Running, observer: EndsObserver, held: Abandonment) -> None:
        self.running = running
        self._observer = observer
        self._read = shielded(observer.chunk)
        self._held = held

    def passed(self, item: Any) -> Any:
        """Read an item, and give it on."""
        record, observer = self.running.record, self._observer
        record.last_chunk_ns = now = clock.now()
        if record.first_chunk_ns is None:
            self.running.first_chunk(now)
            self._read(item)
        elif observer.wants_content:
            self._read(item)
        else:
            observer.tail[0] = observer.tail[1]
            observer.tail[1] = item
        return item


_under_way: weakref.WeakSet[_Steps] = weakref.WeakSet()


def _leave() -> None:
    for steps in list(_under_way):
        steps.running.interrupt()


def step(point: Point, sink: Sink, active: Active) -> Wrapper:
    """The `__next__` of a stream."""
    active.leaving.append(_leave)

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        steps = vars(instance).get(_MARK)
        if steps is None:
            return wrapped(*args, **kwargs)
        with _Ending(instance, steps.running):
            if steps.running.record.first_chunk_ns is not None:
                return steps.passed(wrapped(*args, **kwargs))
            with _Current(steps.running), Claim():
                item = wrapped(*args, **kwargs)
            return steps.passed(item)

    return wrapper


def async_step(point: Point, sink: Sink, active: Active) -> Wrapper:
    """The `__anext__` of a stream."""
    active.leaving.append(_leave)

    async def drive(stream: Any, steps: _Steps, coroutine: Coroutine[Any, Any, Any]) -> Any:
        with _Ending(stream, steps.running):
            if steps.running.record.first_chunk_ns is not None:
                return steps.passed(await coroutine)
            with _Current(steps.running), Claim():
                item = await coroutine
            return steps.passed(item)

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        steps = vars(instance).get(_MARK)
        coroutine = wrapped(*args, **kwargs)
        return coroutine if steps is None else drive(instance, steps, coroutine)

    return wrapper


def closing(point: Point, sink: Sink, active: Active) -> Wrapper:
    """The `close` or `aclose` of a stream: whoever calls it wants no more."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        steps = vars(instance).pop(_MARK, None)
        if steps is not None:
            guarded(steps.running.interrupt)
        return wrapped(*args, **kwargs)

    return wrapper


class _Current:
    """Makes an operation current; how the block is left does not end it."""

    __slots__ = ("_running",)

    def __init__(self, running: Running) -> None:
        self._running = running

    def __enter__(self) -> None:
        self._running.__enter__()

    def __exit__(self, *left: object) -> None:
        self._running.__exit__(None, None, None)


class _Ending:
    """Ends the operation of a stream when a step gives no item: at the end of it, or by an error."""

    __slots__ = ("_running", "_stream")

    def __init__(self, stream: Any, running: Running) -> None:
        self._stream = stream
        self._running = running

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        vars(self._stream).pop(_MARK, None)
        if isinstance(error, StopIteration | StopAsyncIteration):
            self._running.complete()
        else:
            self._running.stop(error)
