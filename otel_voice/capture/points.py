"""The table: where an SDK is patched, in what shape, and what reads it. One table drives install and uninstall."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from otel_voice.capture.observer import Observer, SessionObserver
    from otel_voice.capture.operation import Sink
    from otel_voice.capture.rebinding import Rebinding

Wrapper = Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any]


class Shape(Protocol):
    """Makes the wrapper of one patch point: a call, a stream, a session; sync or async."""

    def __call__(self, point: Point, sink: Sink, active: Active) -> Wrapper | Rebinding: ...


class Active:
    """Whether the hooks do anything: a hook cannot be unregistered, and another wrapper may sit on ours."""

    __slots__ = ("leaving", "on")

    def __init__(self) -> None:
        self.on = True
        self.leaving: list[Callable[[], None]] = []
        """Called when the hooks are taken away, by shapes whose operations cannot be followed without them."""


@dataclass(frozen=True)
class Point:
    """One place of one SDK.

    `module` is the leaf module that is imported lazily, `target` the dotted path of the callable in it.
    `since` and `until` bound the SDK versions that have it (`until` exclusive), as "major.minor".
    """

    module: str
    target: str
    shape: Shape
    observer: type[Observer] | type[SessionObserver]
    since: str = "0"
    until: str = "100000000"  # some versions are dates

    def __str__(self) -> str:
        return f"{self.module}:{self.target}"


@dataclass(frozen=True)
class Provider:
    """One SDK: its distribution, the versions we know, and its points."""

    name: str
    package: str
    """The import name, dotted where it lives in a namespace."""
    distribution: str
    since: str
    before: str
    points: Sequence[Point]
    surfaces: Mapping[str, str] = field(default_factory=dict)
    """What the README says is covered: surface -> calls."""
    part_of: str = ""
    """The instrumentation that this is a part of, when it is not one of its own."""

    @property
    def switch(self) -> str:
        """The name of the instrumentation, by which it is switched off."""
        return f"otel_voice_{self.part_of or self.name}"
