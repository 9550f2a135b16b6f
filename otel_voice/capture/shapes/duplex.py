"""The duplex: a stream of the program's requests against a stream of answers, over one call of a Google client.

Nothing is made current: the program's iterator is read by a thread or a task that begins inside the call and inherits
what is current there, and what the program does to make its requests is no part of what it asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import iscoroutine
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.requests import Ear, overheard
from otel_voice.capture.shapes.connection import Opening
from otel_voice.capture.shapes.driving import Unawaited, driven
from otel_voice.capture.shapes.session import begin_session
from otel_voice.capture.tap_grpc import tap_stream


def duplex(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that returns a stream when the first answer has come."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        observer = begin_session(point, sink, active, Call(instance, args, kwargs))
        if observer is None:
            return wrapped(*args, **kwargs)
        ear = Ear()
        ear.listen(observer.sent)
        args, kwargs = overheard(args, kwargs, ear)
        with Opening(observer):
            stream = wrapped(*args, **kwargs)
        guarded(tap_stream, stream, observer, ear)
        return stream

    return wrapper


def async_duplex(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that returns a coroutine of a stream, on which nothing may have been said yet."""

    async def drive(made: Call, unawaited: Unawaited, ear: Ear) -> Any:
        coroutine = unawaited.begun()
        observer = begin_session(point, sink, active, made)
        if observer is None:
            return await coroutine
        ear.listen(observer.sent)
        with Opening(observer):
            stream = await coroutine
        guarded(tap_stream, stream, observer, ear)
        return stream

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not active.on:
            return wrapped(*args, **kwargs)
        ear, made = Ear(), Call(instance, args, kwargs)
        args, kwargs = overheard(args, kwargs, ear)
        result = wrapped(*args, **kwargs)
        return driven(made, result, partial(drive, ear=ear)) if iscoroutine(result) else result

    return wrapper
