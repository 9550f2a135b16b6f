"""One set of loopback servers for the whole matrix, and guards that do not hide our bugs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from otel_voice.capture import guard
from otel_voice.simulators.server import Simulators


@pytest.fixture(scope="session")
def simulators() -> Iterator[Simulators]:
    with Simulators() as running:
        yield running


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "strict", True)
