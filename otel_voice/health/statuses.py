"""What the checks say as a metric: they are asked in the background whenever metrics are collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from functools import cache

from otel_voice.health.asked import asked
from otel_voice.health.examination import Report
from otel_voice.telemetry import health_checks
from otel_voice.telemetry.health_checks import Checked

PATIENCE = 0.25
"""Seconds that a collection waits for the checks; of slower ones it tells what they said the time before."""


class Statuses:
    """The newest that is known of each check. Nobody waits for one that hangs."""

    def __init__(self, ask: Callable[[], Future[Report]]) -> None:
        self._ask = ask
        self._newest: Report | None = None

    def __call__(self) -> Iterable[Checked]:
        """Ask, and say what is known."""
        future = self._ask()
        wait([future], PATIENCE)
        if future.done() and future.exception() is None:
            self._newest = future.result()
        if self._newest is None:
            return []
        return [Checked(result.name, result.critical, result.ok) for result in self._newest.results]


@cache
def export() -> None:
    """Have them exported from now on, by whatever metrics there are or will be."""
    health_checks.tell(Statuses(asked().report))
