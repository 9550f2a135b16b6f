"""What the functions that open streams of events have in common: the opening, and what the program sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import Call, SessionObserver
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.connection import Opening
from otel_voice.capture.shapes.driving import Unawaited, driving
from otel_voice.capture.shapes.session import begin_session


def async_opened(point: Point, sink: Sink, active: Active, tap: Callable[[Any, SessionObserver], None]) -> Wrapper:
    """A coroutine function; `tap` is given what it gives, once it is there."""

    async def drive(made: Call, unawaited: Unawaited) -> Any:
        coroutine = unawaited.begun()
        observer = begin_session(point, sink, active, made)
        if observer is None:
            return await coroutine
        with Opening(observer):
            streams = await coroutine
        guarded(tap, streams, observer)
        return streams

    return driving(active, drive)


def sending(send: Callable[..., Any], observer: SessionObserver) -> Callable[..., Any]:
    """The method by which the program sends, whose events the observer is told."""
    sent = shielded(observer.sent)

    async def tapped(*args: Any, **kwargs: Any) -> Any:
        sent(args[0] if args else next(iter(kwargs.values()), None))
        return await send(*args, **kwargs)

    return tapped
