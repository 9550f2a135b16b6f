"""The connection that a plain function opens: it lasts until the program, the server or an accident closes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

from otel_voice.capture.claim import Claim
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call, SessionObserver
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.driving import Unawaited, driving
from otel_voice.capture.shapes.session import begin_session
from otel_voice.capture.tap import tap, tap_closing, watch
from otel_voice.capture.tap_aiohttp import is_aiohttp, tap_aiohttp


def connection(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that returns a connection."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        observer = begin_session(point, sink, active, Call(instance, args, kwargs))
        if observer is None:
            return wrapped(*args, **kwargs)
        with Opening(observer):
            result = wrapped(*args, **kwargs)
        guarded(_listen, observer, result)
        return result

    return wrapper


def async_connection(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that returns a coroutine of a connection."""

    async def drive(made: Call, unawaited: Unawaited) -> Any:
        return await _opened(point, sink, active, made, unawaited.begun(), lambda result: result)

    return driving(active, drive)


def awaited_connection(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that returns an object which opens a connection when it is awaited."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        opening = wrapped(*args, **kwargs)
        if not active.on:
            return opening
        made = Call(instance, args, kwargs)
        return _opened(point, sink, active, made, opening, lambda result: result)

    return wrapper


def connecting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A method after which its object has a connection."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        observer = begin_session(point, sink, active, Call(instance, args, kwargs))
        if observer is None:
            return wrapped(*args, **kwargs)
        with Opening(observer):
            result = wrapped(*args, **kwargs)
        guarded(_listen, observer, instance)
        return result

    return wrapper


def async_connecting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine method after which its object has a connection."""

    async def drive(made: Call, unawaited: Unawaited) -> Any:
        return await _opened(point, sink, active, made, unawaited.begun(), lambda result: made.instance)

    return driving(active, drive)


async def _opened(
    point: Point, sink: Sink, active: Active, made: Call, opening: Awaitable[Any], held_by: Callable[[Any], Any]
) -> Any:
    """Await the opening; `held_by` says from its result what holds the connection."""
    observer = begin_session(point, sink, active, made)
    if observer is None:
        return await opening
    with Opening(observer):
        result = await opening
    guarded(_listen, observer, held_by(result))
    return result


def _listen(observer: SessionObserver, holder: Any) -> None:
    websocket = observer.opened(holder)
    if websocket is None:
        return
    watch(websocket, observer)
    if is_aiohttp(websocket):
        tap_aiohttp(websocket, observer)
    else:
        tap(websocket, observer)
        tap_closing(websocket, observer)


class Opening:
    """Tells the observer when the connection could not be opened."""

    def __init__(self, observer: SessionObserver) -> None:
        self._observer = observer
        self._claim: Claim | None = None

    def __enter__(self) -> None:
        self._claim = Claim()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._claim is not None:
            self._claim.end()
        if error is not None:
            guarded(self._observer.refused, error)
