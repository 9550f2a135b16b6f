"""What all tests of providers share: one set of simulators, and hooks of ours that may not fail in silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from otel_voice.capture import guard
from otel_voice.simulators.server import Simulators


@pytest.fixture(scope="session")
def simulators() -> Iterator[Simulators]:
    """The servers of all providers, on one loopback port."""
    with Simulators() as servers:
        yield servers


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure of our own is raised instead of logged."""
    monkeypatch.setattr(guard, "strict", True)
