"""The program's iterator of requests, overheard: asked when and where the SDK asks, and for nothing more.

It is the SDK that reads it, on a thread or in a task of its own. The program's generator runs there as it would
without us: in the same thread, in the same context, no item earlier.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import copy_context
from functools import wraps
from typing import Any

from otel_voice.capture.guard import shielded

_ARGUMENT = "requests"


class Ear:
    """What is told of the requests, once somebody listens."""

    __slots__ = ("heard",)

    def __init__(self) -> None:
        self.heard: Callable[[Any], None] = _nobody

    def listen(self, hook: Callable[[Any], None]) -> None:
        """Tell `hook` of each request, before the SDK gets it.

        It is called in the context of the caller: where the SDK reads, the program's generator may have made current
        what it makes its requests with.
        """
        run = copy_context().run

        @wraps(hook)
        def heard(request: Any) -> None:
            run(hook, request)

        self.heard = shielded(heard)


def overheard(args: tuple[Any, ...], kwargs: dict[str, Any], ear: Ear) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call whose first, or the one called `requests`, are its requests."""
    return overheard_as(_ARGUMENT, 0, args, kwargs, ear)


def overheard_as(
    name: str, position: int, args: tuple[Any, ...], kwargs: dict[str, Any], ear: Ear
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call of which the one of this name, or at this position, is iterated."""
    if name in kwargs:
        return args, {**kwargs, name: _overheard(kwargs[name], ear)}
    if position >= len(args):
        return args, kwargs
    return (*args[:position], _overheard(args[position], ear), *args[position + 1 :]), kwargs


def _overheard(requests: Any, ear: Ear) -> Any:
    """The same requests by the same protocol; what cannot be iterated stays what it is."""
    if hasattr(requests, "__aiter__"):
        return _AsyncRequests(requests, ear)
    if hasattr(requests, "__next__"):
        return _Requests(requests, ear)
    return _Iterable(requests, ear) if hasattr(requests, "__iter__") else requests


class _Requests:
    __slots__ = ("_ear", "_inner")

    def __init__(self, inner: Iterator[Any], ear: Ear) -> None:
        self._inner = inner
        self._ear = ear

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        request = next(self._inner)
        self._ear.heard(request)
        return request


class _Iterable:
    __slots__ = ("_ear", "_inner")

    def __init__(self, inner: Any, ear: Ear) -> None:
        self._inner = inner
        self._ear = ear

    def __iter__(self) -> Iterator[Any]:
        return _Requests(iter(self._inner), self._ear)


class _AsyncRequests:
    __slots__ = ("_ear", "_inner")

    def __init__(self, inner: Any, ear: Ear) -> None:
        self._inner = inner
        self._ear = ear

    def __aiter__(self) -> AsyncIterator[Any]:
        return _AsyncIterator(aiter(self._inner), self._ear)


class _AsyncIterator:
    __slots__ = ("_ear", "_inner")

    def __init__(self, inner: AsyncIterator[Any], ear: Ear) -> None:
        self._inner = inner
        self._ear = ear

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        request = await anext(self._inner)
        self._ear.heard(request)
        return request


def _nobody(_: Any) -> None:
    """Nobody listens yet."""
