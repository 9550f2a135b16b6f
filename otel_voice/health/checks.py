"""Checks: what must hold for this process to be healthy, each under a name."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CheckFunction = Callable[[], Any]

TIMEOUT = 2.0


class UnhealthyError(Exception):
    """Raised by a check that says in words what is wrong; of any other exception the class is shown, too."""


@dataclass(frozen=True)
class Check:
    """`function` passes by returning None, True or a text that says more; it fails by raising or returning False.

    A failing check that is `critical` makes the process not ready. `timeout` is in seconds. `loop` is the event loop
    that an asynchronous function belongs to: what it uses (a pool of connections) is usually bound to one.
    """

    name: str
    function: CheckFunction
    critical: bool = True
    timeout: float = TIMEOUT
    loop: Any = None


class Checks:
    """The checks of a process."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._lock = threading.Lock()

    def add(self, check: Check) -> None:
        """Add one; raises ValueError where the name is taken."""
        with self._lock:
            if check.name in self._checks:
                raise ValueError(
                    f"a health check named {check.name!r} is registered already. Take another name, or call "
                    f"otel_voice.health.unregister_check({check.name!r}) first."
                )
            self._checks[check.name] = check

    def remove(self, name: str) -> None:
        """Remove one; raises KeyError where there is none of this name."""
        with self._lock:
            if name not in self._checks:
                raise KeyError(f"no health check is named {name!r}; there are {', '.join(self._checks) or 'none'}")
            del self._checks[name]

    def all(self) -> list[Check]:
        """In the order of their registration."""
        with self._lock:
            return list(self._checks.values())


CHECKS = Checks()


def running_loop() -> Any:
    """The event loop that runs this thread, or None. Imports no asyncio: without it there is no loop."""
    asyncio = sys.modules.get("asyncio")
    return None if asyncio is None else asyncio._get_running_loop()
