"""The function that opens a pair of event streams: one for what the program sends, one for what comes back."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from inspect import iscoroutine
from typing import Any

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import Call, SessionObserver
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.call import Unawaited
from otel_voice.capture.shapes.connection import Opening
from otel_voice.capture.shapes.session import begin_session
from otel_voice.capture.tap_grpc import Left, answers_of


@dataclass(frozen=True)
class Events:
    """Where events go and come: a coroutine method of one object, and a generator that another one keeps."""

    sender: Any
    send: str
    reader: Any
    generator: str


def async_events(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine function; its observer's `opened` gives `Events`."""

    async def drive(made: Call, coroutine: Coroutine[Any, Any, Any], unawaited: Unawaited) -> Any:
        unawaited.coroutine = None
        observer = begin_session(point, sink, active, made)
        if observer is None:
            return await coroutine
        with Opening(observer):
            streams = await coroutine
        guarded(_tap, streams, observer)
        return streams

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = wrapped(*args, **kwargs)
        if not active.on or not iscoroutine(result):
            return result
        driven: Any = drive(Call(instance, args, kwargs), result, Unawaited(result))
        driven.__name__, driven.__qualname__ = result.__name__, result.__qualname__
        return driven

    return wrapper


def _tap(streams: Any, observer: SessionObserver) -> None:
    events: Events = observer.opened(streams)
    setattr(events.sender, events.send, _sending(getattr(events.sender, events.send), observer))
    inner = getattr(events.reader, events.generator)
    setattr(events.reader, events.generator, answers_of(inner, observer, Left(observer)))


def _sending(send: Callable[..., Any], observer: SessionObserver) -> Callable[..., Any]:
    sent = shielded(observer.sent)

    async def tapped(*args: Any, **kwargs: Any) -> Any:
        sent(args[0] if args else next(iter(kwargs.values()), None))
        return await send(*args, **kwargs)

    return tapped
