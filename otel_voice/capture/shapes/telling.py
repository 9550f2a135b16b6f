"""The function inside of an observed call at which its SDK has begun to tell of the call itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper


def telling(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that the SDK calls, once, while what it tells is current. It is no operation of its own."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if active.on:
            guarded(sink.told_here)
        return wrapped(*args, **kwargs)

    return wrapper
