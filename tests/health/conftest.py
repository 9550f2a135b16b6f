from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_voice.health import builtin, loops
from otel_voice.health import checks as the_checks
from otel_voice.health.activity import ACTIVITY
from otel_voice.health.asked import Asked
from otel_voice.health.checks import Checks
from otel_voice.health.loops import Monitor
from otel_voice.health.pages import Answer, Pages
from otel_voice.settings import Settings

EVERY_PAGE = (
    "/health",
    "/health/ready",
    "/health/detailed",
    "/status",
    "/metrics",
    "/monitoring/metrics",
    "/metrics/calls",
    "/metrics/system",
)


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No check of the program, no activity, no loop that is watched: each test begins as a process does."""
    monkeypatch.setattr(the_checks, "CHECKS", Checks())
    monkeypatch.setattr(loops, "_monitor", None)
    monkeypatch.setattr(ACTIVITY, "on_start", None)
    monkeypatch.setattr(ACTIVITY, "event_loops", None)
    monkeypatch.setattr(ACTIVITY, "open_calls", int)
    ACTIVITY.forget()
    yield
    ACTIVITY.forget()


@pytest.fixture
def checks() -> Checks:
    return Checks()


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """However full the machine is that runs the tests, it passes."""
    monkeypatch.setattr(builtin, "MEMORY_FULL", 2.0)
    monkeypatch.setattr(builtin, "DISK_LEFT", 0)


@pytest.fixture
def pages(checks: Checks, roomy: None) -> Pages:
    return Pages(Settings(), Asked(Settings(), checks))


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch) -> Monitor:
    """A monitor of its own, to which a block of 0.1 s is one."""
    monitor = Monitor(0.1)
    monkeypatch.setattr(loops, "_monitor", monitor)
    return monitor


@pytest.fixture
def port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Ask = Callable[..., Answer]


@pytest.fixture
def ask(pages: Pages) -> Ask:
    """ask("/health", method="HEAD")."""

    def ask(path: str, method: str = "GET") -> Answer:
        return pages.answer(method, path).result(30)

    return ask


def said(answer: Answer) -> Any:
    """What a page says, as JSON."""
    assert answer.content_type == "application/json"
    return json.loads(answer.body)
