"""From the table to wrappers and back: import hooks, the version gate, and the loud word about a moved layout."""

from __future__ import annotations

import importlib.metadata
import logging
import sys
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

import wrapt

from otel_voice.capture.guard import guarded
from otel_voice.capture.hooks import when_imported
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Provider, Wrapper
from otel_voice.capture.rebinding import Rebinding, Rebound

_logger = logging.getLogger("otel_voice")
_MISSING = object()


@dataclass(frozen=True)
class Attached:
    """One wrapper in its place, and what stood there before."""

    owner: Any
    name: str
    original: Any
    inherited: bool
    wrapper: Any

    def undo(self) -> None:
        """Put the original back, unless somebody has wrapped our wrapper since; then it stays, and does nothing."""
        if vars(self.owner).get(self.name) is not self.wrapper:
            return
        if self.inherited:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self.original)


@dataclass(frozen=True)
class AttachedInside:
    """Our wrapper inside the wrapper of another instrumentation, next to the SDK.

    Its span is then current when we see the call, so that it is enriched instead of doubled.
    """

    owner: Any
    name: str
    outer: Any
    original: Any
    wrapper: Any

    def undo(self) -> None:
        """Put the original back, also where the other one has left before us, and put what was inside in its place."""
        if vars(self.owner).get(self.name) is self.wrapper:
            setattr(self.owner, self.name, self.original)
        if self.outer.__wrapped__ is self.wrapper:
            self.outer.__wrapped__ = self.original


@dataclass
class Installation:
    """The points of one provider, installed for one sink."""

    provider: Provider
    sink: Sink
    active: Active = field(default_factory=Active)
    attached: dict[str, Attached | AttachedInside | Rebound] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    version: str | None = None
    _warned: set[str] = field(default_factory=set)

    def install(self) -> None:
        """Patch what is imported, and whatever is imported later. Imports nothing itself."""
        self.active.on = True
        when_imported(self.provider.package, self._package_imported)
        for module in dict.fromkeys(point.module for point in self.provider.points):
            when_imported(module, partial(self._module_imported, module))

    def uninstall(self) -> None:
        """Put everything back, last first; hooks that have not fired yet will do nothing."""
        self.active.on = False
        for leave in self.active.leaving:
            guarded(leave)
        self.active.leaving.clear()
        for attached in reversed(self.attached.values()):
            attached.undo()
        self.attached.clear()

    def points(self) -> list[Point]:
        """The points that the installed version should have."""
        version = _numbers(self._found_version())
        return [point for point in self.provider.points if _numbers(point.since) <= version < _numbers(point.until)]

    def supported(self) -> bool:
        """Whether the installed version is one we may patch. A newer one than we know is tried."""
        return _numbers(self._found_version()) >= _numbers(self.provider.since)

    def tested(self) -> bool:
        """Whether the installed version is before the first that nobody has read."""
        return _numbers(self._found_version()) < _numbers(self.provider.before)

    def _found_version(self) -> str:
        if self.version is None:
            try:
                self.version = importlib.metadata.version(self.provider.distribution)
            except importlib.metadata.PackageNotFoundError:
                self.version = self.provider.since  # vendored without metadata: take it for the oldest we know
        return self.version

    def _package_imported(self, package: ModuleType) -> None:
        """Look, without importing anything, whether the modules of the table are still where they were."""
        if not self.active.on:
            return
        if not self.supported():
            self._warn_once(
                "otel_voice does not know %s %s (supported: %s to before %s); its calls are not observed. "
                "Your program runs on. Upgrade %s to have them observed.",
                self.provider.distribution,
                self.version,
                self.provider.since,
                self.provider.before,
                self.provider.distribution,
            )
            return
        self.missing.extend(str(point) for point in self.points() if not _exists(point.module))
        self._report_missing()

    def _module_imported(self, name: str, module: ModuleType) -> None:
        if not self.active.on or not self.supported():
            return
        for point in self.points():
            if point.module == name and str(point) not in self.attached:
                guarded(self._attach, point, module)
        self._report_missing()

    def _attach(self, point: Point, module: ModuleType) -> None:
        owner, name = _resolve(module, point.target)
        original: Any = getattr(owner, name, _MISSING) if owner is not None else _MISSING
        if original is _MISSING:
            self.missing.append(str(point))
            return
        shaped = point.shape(point, self.sink, self.active)
        if isinstance(shaped, Rebinding):
            self.attached[str(point)] = shaped.attach(owner, name)
            return
        inherited = name not in vars(owner)
        before: Any = original if inherited else vars(owner)[name]
        if isinstance(before, wrapt.FunctionWrapper):
            self.attached[str(point)] = _attach_inside(owner, name, before, shaped)
            return
        wrapper = wrapt.FunctionWrapper(before, shaped)
        setattr(owner, name, wrapper)
        self.attached[str(point)] = Attached(owner, name, before, inherited, wrapper)

    def _report_missing(self) -> None:
        if not self.missing:
            return
        known = self.points()
        self._warn_once(
            "otel_voice attached only %d of %d hooks to %s %s: its layout moved (missing: %s). These calls are not "
            "observed; your program runs on. Upgrade otel-voice, or pin %s below %s.",
            len(known) - len(self.missing),
            len(known),
            self.provider.distribution,
            self.version,
            ", ".join(self.missing),
            self.provider.distribution,
            self.provider.before,
        )

    def _warn_once(self, message: str, *arguments: object) -> None:
        text = message % arguments
        if text not in self._warned:
            self._warned.add(text)
            _logger.warning(text)


def _attach_inside(owner: Any, name: str, outer: Any, shaped: Wrapper) -> AttachedInside:
    while isinstance(outer.__wrapped__, wrapt.FunctionWrapper):
        outer = outer.__wrapped__
    original = outer.__wrapped__
    outer.__wrapped__ = wrapt.FunctionWrapper(original, shaped)
    return AttachedInside(owner, name, outer, original, outer.__wrapped__)


def _resolve(module: ModuleType, target: str) -> tuple[Any, str]:
    *path, name = target.split(".")
    owner: Any = module
    for part in path:
        owner = getattr(owner, part, None)
    return owner, name


def _exists(module: str) -> bool:
    """Whether a module can be found, without importing it or its parents."""
    if module in sys.modules:
        return True
    path = _search_path(module.rpartition(".")[0])
    return path is not None and PathFinder.find_spec(module, path) is not None


def _search_path(package: str) -> Any:
    """Where the modules of a package are looked for; None when there is no such package."""
    if package in sys.modules:
        return getattr(sys.modules[package], "__path__", None)
    if not package:  # an SDK may have a second package beside its own
        return sys.path
    above = _search_path(package.rpartition(".")[0])
    spec = PathFinder.find_spec(package, above) if above is not None else None
    return None if spec is None else spec.submodule_search_locations


def _numbers(version: str) -> tuple[int, ...]:
    numbers = []
    for part in version.split(".")[:3]:
        digits = "".join(character for character in part if character.isdigit())
        numbers.append(int(digits) if digits else 0)
    return tuple(numbers)
