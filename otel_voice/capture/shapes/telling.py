"""Functions inside of an observed call at which its SDK begins to tell of the call itself. They are no operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Observer
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper


class Teller(Observer):
    """Reads what a function gives that makes what the SDK tells by."""

    def told(self, result: Any) -> Any:
        """What the SDK tells by; None when it does not."""


def telling(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that the SDK calls while what it tells by is current."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if active.on:
            guarded(sink.told_here)
        return wrapped(*args, **kwargs)

    return wrapper


def making(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function with which the SDK makes what it tells by; its observer is a `Teller`."""
    teller = cast("type[Teller]", point.observer)(sink.wants_content)

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = wrapped(*args, **kwargs)
        if active.on:
            made = guarded(teller.told, result)
            if made is not None:
                guarded(sink.told_here, made)
        return result

    return wrapper
