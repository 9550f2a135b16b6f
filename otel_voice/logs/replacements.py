"""Methods of a library's classes that are replaced while it is heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Replacements:
    """What was replaced, so that it can be put back; what somebody else replaced since stays theirs."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def replace(self, owner: type, name: str, made: Callable[[Any], Any]) -> None:
        """Put what `made` makes of a method in its place."""
        original = vars(owner)[name]
        ours = made(original)
        setattr(owner, name, ours)

        def undo() -> None:
            if vars(owner).get(name) is ours:
                setattr(owner, name, original)

        self._undo.append(undo)

    def put_back(self) -> None:
        """Put all of them back."""
        while self._undo:
            self._undo.pop()()
