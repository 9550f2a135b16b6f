"""The coroutine function: its work is done when its coroutine is awaited, and ours is awaited in its place."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from inspect import iscoroutine
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.points import Active, Wrapper


class Unawaited:
    """The SDK's coroutine, for as long as ours has not run.

    Closed when ours is dropped before that: Python complains once, of the right one.
    """

    __slots__ = ("_coroutine",)

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine: Coroutine[Any, Any, Any] | None = coroutine

    def begun(self) -> Coroutine[Any, Any, Any]:
        """The coroutine, which is to be awaited now."""
        coroutine, self._coroutine = self._coroutine, None
        assert coroutine is not None, "a coroutine is awaited once"
        return coroutine

    def __del__(self) -> None:
        if self._coroutine is not None:
            self._coroutine.close()


Drive = Callable[[Call, Unawaited], Coroutine[Any, Any, Any]]
"""Awaits the SDK's coroutine, and gives what it gives."""


def driving(active: Active, drive: Drive) -> Wrapper:
    """A function that returns a coroutine."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = wrapped(*args, **kwargs)
        if not active.on or not iscoroutine(result):
            return result
        return driven(Call(instance, args, kwargs), result, drive)

    return wrapper


def driven(made: Call, coroutine: Coroutine[Any, Any, Any], drive: Drive) -> Any:
    """Our coroutine, which goes by the names of the SDK's."""
    ours: Any = drive(made, Unawaited(coroutine))
    named: Any = coroutine
    ours.__name__, ours.__qualname__ = named.__name__, named.__qualname__
    return ours
