"""The function that opens a stream of events in both directions, whose answers begin when the program awaits them.

It returns before the service has answered: a refusal comes where the program awaits the output.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import SessionObserver
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.opened import async_opened, sending
from otel_voice.capture.tap_aiohttp import ConnectionClosedOK
from otel_voice.capture.tap_grpc import Left


def async_duplex_events(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine function that gives an object with `input_stream` and `await_output`.

    Its observer's `opened` is called with what the output begins with.
    """
    return async_opened(point, sink, active, _tap)


def _tap(stream: Any, observer: SessionObserver) -> None:
    sender = stream.input_stream
    sender.send = sending(sender.send, observer)
    stream.await_output = _awaiting(stream.await_output, observer)


def _awaiting(await_output: Callable[[], Any], observer: SessionObserver) -> Callable[[], Any]:
    begun = [False]  # programs await it for each event

    async def tapped() -> Any:
        try:
            output = await await_output()
        except Exception as error:
            if not begun[0]:
                begun[0] = True
                guarded(observer.refused, error)
            raise
        if not begun[0]:
            begun[0] = True
            guarded(_begin, output, observer)
        return output

    return tapped


def _begin(output: tuple[Any, Any], observer: SessionObserver) -> None:
    answered, receiver = output
    observer.opened(answered)
    reading = _Reading(receiver.receive, receiver.close, observer)
    receiver.receive, receiver.close = reading.receive, reading.close


class _Reading:
    """The events that come back, read one by one, also where they are iterated."""

    def __init__(self, receive: Callable[[], Any], close: Callable[[], Any], observer: SessionObserver) -> None:
        self._receive = receive
        self._close = close
        self._observer = observer
        self._received = shielded(observer.received)
        self._left = Left(observer)
        self._reader: asyncio.Task[Any] | None = None

    async def receive(self) -> Any:
        """The next event; None at the end."""
        self._reader = asyncio.current_task()
        try:
            event = await self._receive()
        except Exception as error:
            guarded(self._observer.broken, error)
            raise
        finally:
            self._reader = None
        if event is None:
            guarded(self._observer.broken, ConnectionClosedOK("the server has said everything"))
        else:
            self._received(event)
        return event

    async def close(self) -> None:
        """The program leaves; what closes itself because a read has failed says so there."""
        if self._reader is None or self._reader is not asyncio.current_task():
            guarded(self._observer.closed)
        await self._close()
