"""Functions around which something is noted. They are no operations themselves: they begin one, end one, or feed one.

An SDK whose work is done by a library of its own has no function that lasts as long as the work does.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import iscoroutine
from typing import Any, cast

from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call, SessionObserver
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.driving import Unawaited, driven


class Noter(SessionObserver):
    """Notes what a function is given and what it gives. There is one for all calls, so that it keeps nothing."""

    def before(self, call: Call) -> Any:
        """The function is about to run; what is returned here is given to the other two."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        """The function has returned."""

    def failed(self, call: Call, noted: Any, error: BaseException) -> None:
        """The function has raised."""


def noting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A plain function; its observer is a `Noter`."""
    noter = cast("type[Noter]", point.observer)(sink)

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not active.on or not sink.enabled():
            return wrapped(*args, **kwargs)
        made = Call(instance, args, kwargs)
        noted = guarded(noter.before, made)
        try:
            result = wrapped(*args, **kwargs)
        except BaseException as error:
            guarded(noter.failed, made, noted, error)
            raise
        guarded(noter.after, made, noted, result)
        return result

    return wrapper


def async_noting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine function; its observer is a `Noter`."""
    noter = cast("type[Noter]", point.observer)(sink)

    async def drive(made: Call, unawaited: Unawaited) -> Any:
        coroutine = unawaited.begun()
        noted = guarded(noter.before, made)
        try:
            result = await coroutine
        except BaseException as error:
            guarded(noter.failed, made, noted, error)
            raise
        guarded(noter.after, made, noted, result)
        return result

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = wrapped(*args, **kwargs)
        if not active.on or not sink.enabled() or not iscoroutine(result):
            return result
        return driven(Call(instance, args, kwargs), result, drive)

    return wrapper
