"""All checks of a process, asked at most once in a second for whoever wants to know."""

from __future__ import annotations

from concurrent.futures import Future
from functools import cache
from pathlib import Path

from otel_voice.health import builtin
from otel_voice.health.cached import Cached
from otel_voice.health.checks import CHECKS, Checks
from otel_voice.health.examination import Examiner, Report
from otel_voice.settings import Settings

FRESH = 1.0
"""Seconds for which one examination serves everybody who asks."""


class Asked:
    """Those that every process has, and those of the program."""

    def __init__(self, settings: Settings, checks: Checks = CHECKS) -> None:
        self._checks = checks
        self._builtin = builtin.checks(settings.health_max_calls, settings.data_dir or Path())
        self._examiner = Examiner()
        self._report = Cached(self._examine, FRESH)

    def report(self) -> Future[Report]:
        """What they say; it may take as long as the longest timeout of a check."""
        return self._report.get()

    def _examine(self) -> Report:
        """A check of the program's that has the name of ours stands in its place."""
        own = self._checks.all()
        replaced = {check.name for check in own}
        return self._examiner.examine([*(check for check in self._builtin if check.name not in replaced), *own])


@cache
def asked() -> Asked:
    """Those of this process."""
    return Asked(Settings.from_env())
