"""What the tests of servers share: simulators that were there before, and everything instrumented."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import otel_voice
from otel_voice.capture import guard
from otel_voice.simulators.server import Simulators
from tests.ingress.agents import Agent
from tests.signals import Signals


@pytest.fixture(scope="session")
def simulators() -> Iterator[Simulators]:
    with Simulators() as servers:
        yield servers


@pytest.fixture(scope="session")
def agent(simulators: Simulators) -> Agent:
    return Agent(simulators)


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure of our own is raised instead of logged."""
    monkeypatch.setattr(guard, "strict", True)


@pytest.fixture
def told(signals: Signals, agent: Agent) -> Iterator[Signals]:
    """Everything is instrumented; servers that were started before are not."""
    otel_voice.instrument(**signals.providers())
    yield signals
    otel_voice.uninstrument()
