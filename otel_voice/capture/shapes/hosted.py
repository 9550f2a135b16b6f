"""A method that opens a connection, talks over it, and returns when it is over.

It may run in a thread that knows nothing of who began it. When the connection stands, the method calls another one of
the same object; that is where the connection can be had, before the first word is said on it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context, ContextVar, Token, copy_context
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

_CONTEXT = "_otel_voice_context"


def departing(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A method that starts a thread in which the connection is opened: what is current here counts there."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if active.on:
            guarded(_remember, instance)
        return wrapped(*args, **kwargs)

    return wrapper


def hosting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A method that returns when the connection that it opened is over."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        observer = begin_session(point, sink, active, Call(instance, args, kwargs))
        if observer is None:
            return wrapped(*args, **kwargs)
        with _Host(observer):
            return wrapped(*args, **kwargs)

    return wrapper


def async_hosting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine method that returns when the connection that it opened is over."""

    async def drive(made: Call, unawaited: Unawaited) -> Any:
        coroutine = unawaited.begun()
        observer = begin_session(point, sink, active, made)
        if observer is None:
            return await coroutine
        with _Host(observer):
            return await coroutine

    return driving(active, drive)


def hosted(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A method that is called, inside of the other one, when the connection stands."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        host = _hosting.get()
        if host is not None:
            host.stands(instance)
        return wrapped(*args, **kwargs)

    return wrapper


class _Host:
    """Tells the observer what becomes of a connection: refused, or closed after it had stood."""

    def __init__(self, observer: SessionObserver) -> None:
        self._observer = observer
        self._stood = False
        self._claim: Claim | None = None
        self._token: Token[_Host | None] | None = None

    def stands(self, holder: Any) -> None:
        """The connection stands; told once."""
        if self._stood:
            return
        self._stood = True
        self._unclaim()
        guarded(self._listen, holder)

    def _listen(self, holder: Any) -> None:
        context: Context | None = vars(holder).pop(_CONTEXT, None)
        opened = self._observer.opened
        websocket = opened(holder) if context is None else context.run(opened, holder)
        if websocket is not None:
            watch(websocket, self._observer)
            tap(websocket, self._observer)
            tap_closing(websocket, self._observer)

    def __enter__(self) -> None:
        self._token = _hosting.set(self)
        self._claim = Claim()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stood:
            guarded(self._observer.closed)
        else:
            self._unclaim()
            if error is not None:
                guarded(self._observer.refused, error)
        guarded(self._leave)

    def _unclaim(self) -> None:
        if self._claim is not None:
            self._claim.end()

    def _leave(self) -> None:
        token, self._token = self._token, None
        if token is not None:
            _hosting.reset(token)


_hosting: ContextVar[_Host | None] = ContextVar("otel_voice_hosting", default=None)


def _remember(instance: Any) -> None:
    vars(instance)[_CONTEXT] = copy_context()
