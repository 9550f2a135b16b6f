"""A `with`, an `async with`, or a decorator of functions and coroutines: the three are one block."""

from __future__ import annotations

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


class Block(ABC):
    """What is done around a part of the program. The program's own exceptions pass through, the very objects."""

    @abstractmethod
    def _enter(self) -> Any: ...

    @abstractmethod
    def _exit(self, error: BaseException | None) -> None: ...

    @abstractmethod
    def _again(self) -> Block: ...

    def __enter__(self) -> Any:
        return self._enter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit(error)

    async def __aenter__(self) -> Any:
        return self._enter()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit(error)

    def __call__(self, function: F) -> F:
        """Decorate: each call is a block of its own."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                f"{_name(function)} is a generator function: a block around it would leak into its caller at "
                "every yield. Put `with` around the loop that reads it instead."
            )
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def coroutine(*args: Any, **kwargs: Any) -> Any:
                with self._again():
                    return await function(*args, **kwargs)

            return cast(F, coroutine)

        @functools.wraps(function)
        def plain(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return cast(F, plain)


def _name(function: Callable[..., Any]) -> str:
    """Its name, also where it is a functools.partial."""
    return getattr(function, "__qualname__", None) or repr(function)
