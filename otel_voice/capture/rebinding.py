"""A class of a C extension cannot be patched: a subclass of it, which can, takes its place wherever it is named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import wrapt

from otel_voice.capture.guard import guarded
from otel_voice.capture.points import Wrapper


@dataclass(frozen=True)
class Rebound:
    """A subclass in the place of its class, and who else refers to it."""

    original: type
    replacement: type
    places: Sequence[tuple[Any, str]]
    heirs: Sequence[type]
    """Classes that were derived from the original before."""

    def undo(self) -> None:
        """Put the original back, except where somebody has put something else since."""
        for owner, name in self.places:
            if vars(owner).get(name) is self.replacement:
                setattr(owner, name, self.original)
        for heir in self.heirs:
            _change_base(heir, self.replacement, self.original)


class Rebinding:
    """What the shape of a class gives: the wrappers of its methods, and what is done when an object is collected."""

    def __init__(self, methods: Mapping[str, Wrapper], collected: Callable[[Any], None]) -> None:
        self._methods = methods
        self._collected = collected

    def attach(self, owner: Any, name: str) -> Rebound:
        """Put the subclass in place. It adds no attribute to its objects, so that earlier heirs can have it as base."""
        original: type = vars(owner)[name]
        heirs: list[type] = original.__subclasses__()
        replacement = self._subclass(original)
        places = [(owner, name), *_elsewhere(original, name)]
        for place, known_as in places:
            setattr(place, known_as, replacement)
        return Rebound(original, replacement, places, [h for h in heirs if _change_base(h, original, replacement)])

    def _subclass(self, original: type) -> type:
        collected = self._collected

        def farewell(instance: Any) -> None:
            guarded(collected, instance)

        members: dict[str, Any] = {
            "__slots__": (),
            "__doc__": original.__doc__,
            "__module__": original.__module__,
            "__qualname__": original.__qualname__,
            "__wrapped__": _Original(original),
            "__del__": farewell,
        }
        for name, wrapper in self._methods.items():
            members[name] = wrapt.FunctionWrapper(getattr(original, name), wrapper)
        return type(original.__name__, (original,), members)


class _Original:
    """`__wrapped__` of the subclass, and not of what the program derives from it."""

    def __init__(self, original: type) -> None:
        self._original = original

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None and vars(owner).get("__wrapped__") is self:
            return self._original
        raise AttributeError("__wrapped__")


def _elsewhere(original: type, name: str) -> list[tuple[Any, str]]:
    """The extension's own module, which names the class too."""
    return [
        (module, name)
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").rpartition(".")[2] == original.__module__.rpartition(".")[2]
        and vars(module).get(name) is original
    ]


def _change_base(heir: type, before: type, after: type) -> bool:
    """Derive a class from another; False where its layout forbids it."""
    if before not in heir.__bases__:
        return False
    try:
        heir.__bases__ = tuple(after if base is before else base for base in heir.__bases__)
    except TypeError:
        return False
    return True
