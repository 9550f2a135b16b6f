"""The tap on a websocket of `aiohttp`: what the tap of `websockets` is to its clients.

A read there never fails: the end of a connection comes as a message, and the client closes itself when it reads one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import SessionObserver

_NORMAL = (1000, 1001)


class ConnectionClosed(Exception):  # noqa: N818  # as `websockets` names them, so that observers know one kind
    """The connection has ended."""


class ConnectionClosedOK(ConnectionClosed):
    """The server closed it in good order."""


class ConnectionClosedError(ConnectionClosed):
    """The server closed it with a complaint, or it was lost."""


def is_aiohttp(websocket: Any) -> bool:
    """Whether it is a client's websocket of `aiohttp`, without importing that."""
    return any(kind.__module__.partition(".")[0] == "aiohttp" for kind in type(websocket).__mro__)


def tap_aiohttp(websocket: Any, observer: SessionObserver) -> None:
    """Let the observer read what goes over `websocket` from now on, and know when the program closes it."""
    reading: set[Any] = set()
    for name in ("send_str", "send_bytes"):
        setattr(websocket, name, _sending(getattr(websocket, name), observer))
    websocket.receive = _receiving(websocket.receive, observer, reading)
    websocket.close = _closing(websocket.close, observer, reading)


def _sending(send: Callable[..., Awaitable[Any]], observer: SessionObserver) -> Callable[..., Awaitable[Any]]:
    sent = shielded(observer.sent)

    async def tapped(message: Any, *args: Any, **kwargs: Any) -> Any:
        sent(message)
        try:
            return await send(message, *args, **kwargs)
        except Exception as error:
            guarded(observer.unsent, error)
            raise

    return tapped


def _receiving(
    receive: Callable[..., Awaitable[Any]], observer: SessionObserver, reading: set[Any]
) -> Callable[..., Awaitable[Any]]:
    read = shielded(lambda message: _read(observer, message))

    async def tapped(*args: Any, **kwargs: Any) -> Any:
        task = asyncio.current_task()
        reading.add(task)
        try:
            message = await receive(*args, **kwargs)
        finally:
            reading.discard(task)
        read(message)
        return message

    return tapped


def _closing(
    close: Callable[..., Awaitable[Any]], observer: SessionObserver, reading: set[Any]
) -> Callable[..., Awaitable[Any]]:
    async def tapped(*args: Any, **kwargs: Any) -> Any:
        # A read that finds the end closes the websocket by itself: that is not the program's leaving.
        if asyncio.current_task() not in reading:
            guarded(observer.closed)
        return await close(*args, **kwargs)

    return tapped


def _read(observer: SessionObserver, message: Any) -> None:
    kind = message.type.name
    if kind in ("TEXT", "BINARY"):
        observer.received(message.data)
    elif kind == "ERROR":
        observer.broken(ConnectionClosedError(str(message.data)))
    elif kind == "CLOSE" and message.data in _NORMAL:
        observer.broken(ConnectionClosedOK(f"closed with code {message.data}"))
    elif kind == "CLOSE":
        observer.broken(ConnectionClosedError(f"closed with code {message.data}: {message.extra}"))
    elif kind == "CLOSED":  # without a word of the server
        observer.broken(ConnectionClosedError("the connection was lost"))
