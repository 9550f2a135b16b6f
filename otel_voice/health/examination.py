"""Asks all checks at once, each for as long as it may take. Whatever a check does, there is a result."""

from __future__ import annotations

import inspect
import os
import threading
import time
from collections.abc import Awaitable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from enum import Enum
from typing import Any

from otel_voice.health import loops
from otel_voice.health.checks import Check, UnhealthyError
from otel_voice.telemetry.redaction import bounded, redact

DETAIL_LENGTH = 256
READ = 4096
"""Longer texts are cut before they are searched for secrets, far behind what is shown."""


class Status(Enum):
    """How one check or the whole process stands."""

    OK = "ok"
    DEGRADED = "degraded"  # a check fails that is not critical
    FAILED = "failed"


@dataclass(frozen=True)
class Result:
    """What a check said. `detail` has nothing private in it; `seconds` is how long it took."""

    name: str
    critical: bool
    ok: bool
    detail: str
    seconds: float


@dataclass(frozen=True)
class Report:
    """All results of one examination; `at` is seconds since 1970."""

    at: float
    results: Sequence[Result]

    @property
    def failing(self) -> list[Result]:
        """The critical checks that fail."""
        return [result for result in self.results if result.critical and not result.ok]

    @property
    def status(self) -> Status:
        """FAILED by one critical check."""
        if self.failing:
            return Status.FAILED
        return Status.OK if all(result.ok for result in self.results) else Status.DEGRADED


class _Run:
    """One asking of one check, in a thread of its own."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.began = time.monotonic()
        self.said: Future[tuple[bool, str, float]] = Future()

    def start(self) -> None:
        try:
            threading.Thread(target=self._ask, name=f"otel_voice.health.{self.check.name}", daemon=True).start()
        except RuntimeError as error:
            self.said.set_result((False, f"could not be asked: {error}", 0.0))

    def _ask(self) -> None:
        try:
            value = self.check.function()
            if inspect.isawaitable(value):
                value = loops.awaited(_waiting(value), self.check.loop, self.check.timeout)
            ok, detail = _meaning(value)
        except BaseException as error:  # noqa: BLE001 - a check may even raise SystemExit; it ends nothing but itself
            ok, detail = False, _text_of(error)
        self.said.set_result((ok, detail, time.monotonic() - self.began))


class Examiner:
    """Asks the checks, and remembers those that have not come back: they are not asked a second time meanwhile."""

    def __init__(self) -> None:
        self._hanging: dict[str, _Run] = {}
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def examine(self, checks: Sequence[Check]) -> Report:
        """Ask them all in parallel; takes as long as the longest timeout at most. Never raises."""
        at = time.time()
        runs = [self._run(check) for check in checks]
        results = [self._result(run) for run in runs]
        self._hanging = {run.check.name: run for run in runs if not run.said.done()}
        return Report(at, results)

    def _forget(self) -> None:
        """In a forked child: the threads that ask do not exist there."""
        self._hanging = {}

    def _run(self, check: Check) -> _Run:
        known = self._hanging.get(check.name)
        if known is not None and known.check is check and not known.said.done():
            return known
        run = _Run(check)
        run.start()
        return run

    def _result(self, run: _Run) -> Result:
        check, waited = run.check, time.monotonic() - run.began
        wait([run.said], max(0.0, check.timeout - waited))
        if run.said.done():
            ok, detail, seconds = run.said.result()
        else:
            seconds = time.monotonic() - run.began
            ok, detail = False, f"no answer for {seconds:.1f} s, its timeout is {check.timeout:g} s"
        return Result(check.name, check.critical, ok, detail, seconds)


async def _waiting(value: Awaitable[Any]) -> Any:
    return await value


def _meaning(value: object) -> tuple[bool, str]:
    if value is None or value is True:
        return True, ""
    if value is False:
        return False, "returned False"
    if isinstance(value, str):
        return True, private(value)
    return False, f"returned {type(value).__name__}: a check returns None, True, False or a text"


def _text_of(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - an error that cannot be written is told by its class
        text = ""
    if text and isinstance(error, UnhealthyError):
        return private(text)
    name = type(error).__name__
    return private(f"{name}: {text}" if text else name)


def private(text: str) -> str:
    """The text without secrets, in one line that can be shown."""
    return bounded(redact(" ".join(text[:READ].split())), DETAIL_LENGTH)
