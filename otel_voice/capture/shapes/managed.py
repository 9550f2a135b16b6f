"""The context manager function that yields a response: the operation lasts, at the longest, as long as the block."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any

from otel_voice.capture.follow import answered
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Leaving, Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.begin import begin


def managed(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function decorated with `contextmanager`."""

    @contextmanager
    def drive(manager: AbstractContextManager[Any], made: Call) -> Iterator[Any]:
        begun = begin(point, sink, active, made)
        if begun is None:
            with manager as value:
                yield value
            return
        running, observer = begun
        with Leaving(running), _Entered(manager, running) as value:
            guarded(answered, running, observer, value)
            yield value

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        manager = wrapped(*args, **kwargs)
        return drive(manager, Call(instance, args, kwargs)) if active.on else manager

    return wrapper


def async_managed(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function decorated with `asynccontextmanager`."""

    @asynccontextmanager
    async def drive(manager: AbstractAsyncContextManager[Any], made: Call) -> AsyncIterator[Any]:
        begun = begin(point, sink, active, made)
        if begun is None:
            async with manager as value:
                yield value
            return
        running, observer = begun
        with Leaving(running):
            async with _AsyncEntered(manager, running) as value:
                guarded(answered, running, observer, value)
                yield value

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        manager = wrapped(*args, **kwargs)
        return drive(manager, Call(instance, args, kwargs)) if active.on else manager

    return wrapper


class _Entered:
    """The program's context manager, with the operation current while it is entered: that sends the request."""

    def __init__(self, manager: AbstractContextManager[Any], running: Running) -> None:
        self._manager = manager
        self._running = running

    def __enter__(self) -> Any:
        with self._running:
            return self._manager.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._manager.__exit__(kind, error, trace)


class _AsyncEntered:
    """The same for `async with`."""

    def __init__(self, manager: AbstractAsyncContextManager[Any], running: Running) -> None:
        self._manager = manager
        self._running = running

    async def __aenter__(self) -> Any:
        with self._running:
            return await self._manager.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._manager.__aexit__(kind, error, trace)
