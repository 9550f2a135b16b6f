"""A provider is reachable by all of its names."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from otel_voice import instrumentors, providers


@pytest.mark.parametrize("name", providers.NAMES)
def test_a_provider_has_its_instrumentor(name: str) -> None:
    """One class for each table: it waits for the packages of its points, and its entry point has its name."""
    table = providers.load(name)
    (made,) = (one for one in instrumentors.ALL if one.provider == name)
    (entry,) = entry_points(group="opentelemetry_instrumentor", name=f"otel_voice_{name}")
    assert table.name == name
    awaited = tuple(f"{package}." for package in (made.package, *made.earlier))
    assert f"{table.package}." in awaited
    assert entry.load() is made
    assert all(f"{point.module}.".startswith(awaited) for point in table.points)
