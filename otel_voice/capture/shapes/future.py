"""The function that returns a future: its work goes on in another thread, which knows nothing of who asked for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from otel_voice.capture.follow import answered
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.begin import begin


def future(point: Point, sink: Sink, active: Active) -> Wrapper:
    """The function; the operation begins where it is called, and ends when the future is done."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        begun = begin(point, sink, active, Call(instance, args, kwargs))
        if begun is None:
            return wrapped(*args, **kwargs)
        running, observer = begun
        with running:
            promised = wrapped(*args, **kwargs)
        promised.add_done_callback(lambda done: guarded(_done, running, observer, done))
        return promised

    return wrapper


def _done(running: Running, observer: Observer, done: Future[Any]) -> None:
    if done.cancelled():
        running.interrupt()
        return
    error = done.exception()
    if error is None:
        answered(running, observer, done.result())
    else:
        running.stop(error)
