"""Methods put before the class's own on one object, and taken back."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


class Shadows:
    """Methods put before the class's own on one object. Lifted when they have served: they make it refer to itself,
    and the program's last reference to it should still be the last."""

    def __init__(self, owner: Any) -> None:
        self._owner = owner
        self._put: list[tuple[str, Any, Any]] = []

    def before(self, name: str, hook: Callable[[], None]) -> None:
        """Call `hook` before the method."""

        def make(original: Callable[..., Any]) -> Callable[..., Any]:
            def method(*args: Any, **kwargs: Any) -> Any:
                hook()
                return original(*args, **kwargs)

            return method

        self.put(name, make)

    def after(self, name: str, hook: Callable[[Any], Any]) -> None:
        """Let `hook` see what the method returned, and return it or what stands for it."""

        def make(original: Callable[..., Any]) -> Callable[..., Any]:
            def method(*args: Any, **kwargs: Any) -> Any:
                result = original(*args, **kwargs)
                return _awaited(result, hook) if inspect.iscoroutine(result) else hook(result)

            return method

        self.put(name, make)

    def put(self, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Put what `make` makes of the method in its place, when the object has a method of that name."""
        original = getattr(self._owner, name, None)
        if not callable(original):
            return
        method = make(original)
        self._put.append((name, method, vars(self._owner).get(name)))
        setattr(self._owner, name, method)

    def lift(self) -> None:
        """Take back what nobody has put another over."""
        for name, method, earlier in self._put:
            if getattr(self._owner, name, None) is not method:
                continue
            if earlier is None:
                delattr(self._owner, name)
            else:
                setattr(self._owner, name, earlier)
        self._put.clear()


async def _awaited(result: Any, hook: Callable[[Any], Any]) -> Any:
    return hook(await result)
