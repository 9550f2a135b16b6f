"""The session: a connection on which many operations begin and end. It has no span of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, cast

from otel_voice.capture.claim import Claim, is_claimed
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call, SessionObserver
from otel_voice.capture.operation import Sink, settle
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.tap import tap


def session(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A context manager function that yields a synchronous connection."""

    @contextmanager
    def drive(manager: AbstractContextManager[Any], observer: SessionObserver) -> Iterator[Any]:
        watch = _Watch(observer)
        with watch, manager as connection:
            watch.opened(connection)
            yield connection

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        manager = wrapped(*args, **kwargs)
        observer = begin_session(point, sink, active, Call(instance, args, kwargs))
        return manager if observer is None else drive(manager, observer)

    return wrapper


def async_session(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A context manager function that yields an asynchronous connection."""

    @asynccontextmanager
    async def drive(manager: AbstractAsyncContextManager[Any], observer: SessionObserver) -> AsyncIterator[Any]:
        watch = _Watch(observer)
        with watch:
            async with manager as connection:
                watch.opened(connection)
                yield connection

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        manager = wrapped(*args, **kwargs)
        observer = begin_session(point, sink, active, Call(instance, args, kwargs))
        return manager if observer is None else drive(manager, observer)

    return wrapper


def begin_session(point: Point, sink: Sink, active: Active, made: Call) -> SessionObserver | None:
    """Start observing a connection that is about to be made; None when it is not to be observed."""
    if not active.on or is_claimed() or not sink.enabled():
        return None
    guarded(settle)
    return guarded(cast("type[SessionObserver]", point.observer).begin, sink, made)


class _Watch:
    """Tells the observer how a connection ended: refused, or closed after it had stood."""

    def __init__(self, observer: SessionObserver) -> None:
        self._observer = observer
        self._stood = False
        self._claim: Claim | None = None

    def opened(self, connection: Any) -> None:
        self._stood = True
        self._unclaim()
        websocket = guarded(self._observer.opened, connection)
        if websocket is not None:
            guarded(tap, websocket, self._observer)

    def __enter__(self) -> None:
        self._claim = Claim()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stood:
            guarded(self._observer.closed)
            return
        self._unclaim()
        if error is not None:
            guarded(self._observer.refused, error)

    def _unclaim(self) -> None:
        if self._claim is not None:
            self._claim.end()
