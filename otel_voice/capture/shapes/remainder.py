"""The call that does a part of its work, and returns a tuple whose first member does the rest when it is iterated."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isgenerator
from typing import Any

from otel_voice.capture.follow import followed
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Abandonment, Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.begin import begin


def remainder(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A plain function; its observer reads the tuple, and then what the generator in it gives."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        begun = begin(point, sink, active, Call(instance, args, kwargs))
        if begun is None:
            return wrapped(*args, **kwargs)
        running, observer = begun
        with running:
            result = wrapped(*args, **kwargs)
        return guarded(_followed, result, running, observer) or result

    return wrapper


def _followed(result: Any, running: Running, observer: Observer) -> Any:
    observer.response(result)
    if type(result) is not tuple or not result or not isgenerator(result[0]):
        running.complete()
        return result
    items: Any = followed(result[0], running, observer.chunk, Abandonment(running))
    items.__name__, items.__qualname__ = result[0].__name__, result[0].__qualname__
    return (items, *result[1:])
