"""The method with which a program leaves a connection that its SDK does not close: the websocket tells nothing then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.driving import Unawaited, driving
from otel_voice.capture.tap import watcher


class Leaver(Observer):
    """Knows where an SDK's object keeps its websocket."""

    def websocket(self, call: Call) -> Any:
        """The websocket that is left; None when there is none any more."""


def leaving(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A plain method; its observer is a `Leaver`."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if active.on:
            guarded(_left, point, sink, Call(instance, args, kwargs))
        return wrapped(*args, **kwargs)

    return wrapper


def async_leaving(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine method; its observer is a `Leaver`."""

    async def drive(made: Call, unawaited: Unawaited) -> Any:
        coroutine = unawaited.begun()
        guarded(_left, point, sink, made)
        return await coroutine

    return driving(active, drive)


def _left(point: Point, sink: Sink, made: Call) -> None:
    observer = watcher(cast("type[Leaver]", point.observer)(sink.wants_content).websocket(made))
    if observer is not None:
        observer.closed()
