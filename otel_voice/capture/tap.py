"""The tap on a websocket: its `send` and `recv` pass through us, on the program's own object.

Iteration reads through `recv` in every client of `websockets`, so both ways of reading are seen. Messages are read as
they are on the wire, so that the same observers serve SDKs and raw websockets.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import SessionObserver

_NO_FAILURE = (TimeoutError, asyncio.TimeoutError)
_OBSERVER = "_otel_voice_observer"


def tap(websocket: Any, observer: SessionObserver) -> None:
    """Let the observer read what goes over `websocket` from now on."""
    sent = shielded(observer.sent)
    received = shielded(observer.received)
    send, recv = websocket.send, websocket.recv
    if inspect.iscoroutinefunction(send):
        websocket.send = _sending_async(send, sent, observer)
    else:
        websocket.send = _sending(send, sent, observer)
    if inspect.iscoroutinefunction(recv):
        websocket.recv = _receiving_async(recv, received, observer)
    else:
        websocket.recv = _receiving(recv, received, observer)


def watch(websocket: Any, observer: SessionObserver) -> None:
    """Remember on `websocket` who reads it."""
    vars(websocket)[_OBSERVER] = observer


def watcher(websocket: Any) -> SessionObserver | None:
    """Who reads `websocket`, if anybody does."""
    found: SessionObserver | None = getattr(websocket, _OBSERVER, None)
    return found


def tap_closing(websocket: Any, observer: SessionObserver) -> None:
    """Let the observer know when the program closes `websocket`: before it is closed, so that a read in another
    thread, which the closing ends, does not look like the server's doing."""
    close = websocket.close

    def closing(*args: Any, **kwargs: Any) -> Any:
        guarded(observer.closed)
        return close(*args, **kwargs)

    async def closing_async(*args: Any, **kwargs: Any) -> Any:
        guarded(observer.closed)
        return await close(*args, **kwargs)

    websocket.close = closing_async if inspect.iscoroutinefunction(close) else closing


def _report(hook: Callable[[BaseException], None], error: Exception) -> None:
    """Report a failure; a time-out says nothing of the connection."""
    if not isinstance(error, _NO_FAILURE):
        guarded(hook, error)


def _sending(send: Callable[..., Any], sent: Callable[[Any], None], observer: SessionObserver) -> Callable[..., Any]:
    def tapped(message: Any, *args: Any, **kwargs: Any) -> Any:
        sent(message)
        try:
            return send(message, *args, **kwargs) if args or kwargs else send(message)
        except Exception as error:
            _report(observer.unsent, error)
            raise

    return tapped


def _sending_async(
    send: Callable[..., Awaitable[Any]], sent: Callable[[Any], None], observer: SessionObserver
) -> Callable[..., Awaitable[Any]]:
    async def tapped(message: Any, *args: Any, **kwargs: Any) -> Any:
        sent(message)
        try:
            return await (send(message, *args, **kwargs) if args or kwargs else send(message))
        except Exception as error:
            _report(observer.unsent, error)
            raise

    return tapped


def _receiving(
    recv: Callable[..., Any], received: Callable[[Any], None], observer: SessionObserver
) -> Callable[..., Any]:
    def tapped(*args: Any, **kwargs: Any) -> Any:
        try:
            message = recv(*args, **kwargs) if args or kwargs else recv()
        except Exception as error:
            _report(observer.broken, error)
            raise
        received(message)
        return message

    return tapped


def _receiving_async(
    recv: Callable[..., Awaitable[Any]], received: Callable[[Any], None], observer: SessionObserver
) -> Callable[..., Awaitable[Any]]:
    async def tapped(*args: Any, **kwargs: Any) -> Any:
        try:
            message = await (recv(*args, **kwargs) if args or kwargs else recv())
        except Exception as error:
            _report(observer.broken, error)
            raise
        received(message)
        return message

    return tapped
