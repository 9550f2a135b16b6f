"""Who else observes an SDK: instrumentations of other projects, by what their metadata says."""

from __future__ import annotations

from importlib.metadata import Distribution, EntryPoint, entry_points

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_GROUP = "opentelemetry_instrumentor"
_OURS = "otel-voice"
# OpenTelemetry's convention: what an instrumentation instruments is what its extra of this name asks for.
_EXTRAS = ("instruments", "instruments-any")


def observers_of(distribution: str) -> dict[str, str]:
    """Distributions that instrument this one -> the entry point's name, by which it is switched off."""
    wanted = canonicalize_name(distribution)
    return {
        point.dist.name: point.name
        for point in entry_points(group=_GROUP)
        if _is_foreign(point) and point.dist is not None and wanted in _instrumented_by(point.dist)
    }


def _is_foreign(point: EntryPoint) -> bool:
    return point.dist is not None and canonicalize_name(point.dist.name) != _OURS


def _instrumented_by(distribution: Distribution) -> set[str]:
    return {
        canonicalize_name(requirement.name)
        for requirement in map(_requirement, distribution.requires or ())
        if requirement is not None and _is_instrumented(requirement)
    }


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:  # somebody else's metadata, of which nobody is to hear here
        return None


def _is_instrumented(requirement: Requirement) -> bool:
    marker = requirement.marker
    if marker is None or marker.evaluate({"extra": ""}):
        return False
    return any(marker.evaluate({"extra": extra}) for extra in _EXTRAS)
