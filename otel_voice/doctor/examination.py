"""One SDK, imported and patched as in a program, to see which hooks find their place.

Run as a program, it examines the provider that is named, and prints the finding as one line of JSON: an SDK that
breaks while it is imported, or takes the interpreter with it, then breaks nothing else.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Any

from otel_voice.capture.install import Installation
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.telling import making, telling
from otel_voice.doctor import tables
from otel_voice.doctor.finding import Finding, Health


class _Nobody:
    """A sink for hooks through which no call will ever go."""

    wants_content = False

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


def examine(name: str) -> Finding:
    """Look at one provider. Imports its SDK, and puts everything back."""
    provider = tables.load(name)
    version = installed(provider)
    if version is None:
        return _found(provider, Health.NOT_INSTALLED)
    installation = Installation(provider, _Nobody())
    if not installation.supported():
        return _found(provider, Health.TOO_OLD, version=version)
    error = _import(provider.package)
    if error is not None:
        return _found(provider, Health.NOT_IMPORTABLE, version=version, error=error)
    return _hooks(installation, version)


def installed(provider: Provider) -> str | None:
    """The version of the SDK, `unknown` without metadata; None when it is not there."""
    try:
        return metadata.version(provider.distribution)
    except metadata.PackageNotFoundError:
        return "unknown" if _findable(provider.package) else None


def _hooks(installation: Installation, version: str) -> Finding:
    provider = installation.provider
    points = [point for point in installation.points() if not _is_left_out(point.module)]
    installation.install()
    try:
        broken = {module: _import(module) for module in dict.fromkeys(point.module for point in points)}
        missing = {
            str(point): broken[point.module] or "not there"
            for point in points
            if str(point) not in installation.attached
        }
    finally:
        installation.uninstall()
    return _found(
        provider,
        _health(installation, missing),
        version=version,
        known=len(points),
        missing=missing,
        own_telemetry=any(_tells_itself(point) for point in points),
    )


def _is_left_out(module: str) -> bool:
    """Whether a part of the SDK wants a package that is not installed, an extra of its: no program uses that part."""
    try:
        import_module(module)
    except ImportError as error:
        absent = error if isinstance(error, ModuleNotFoundError) else error.__cause__
        name = absent.name if isinstance(absent, ModuleNotFoundError) else None
        return name is not None and name.partition(".")[0] != module.partition(".")[0]
    except Exception:  # noqa: BLE001 - another failure is told as such
        return False
    return False


def _import(module: str) -> str | None:
    try:
        import_module(module)
    except Exception as error:  # noqa: BLE001 - whatever an SDK raises while it is imported is what there is to tell
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    return None


def _health(installation: Installation, missing: dict[str, str]) -> Health:
    if missing:
        return Health.HOOKS_MISSING
    return Health.OBSERVED if installation.tested() else Health.NEWER


def _tells_itself(point: Point) -> bool:
    return point.shape in (telling, making)


def _found(provider: Provider, health: Health, **facts: Any) -> Finding:
    return Finding(provider.name, provider.distribution, provider.since, provider.before, health, **facts)


def _findable(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):  # a parent that is not there
        return False


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(examine(sys.argv[1]).as_json())}\n")
