"""Checks: what must hold for this process to be healthy, registered under a name."""

from __future__ import annotations

import math
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, overload

CheckFunction = Callable[[], Any]
F = TypeVar("F", bound=CheckFunction)

TIMEOUT = 2.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


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


@overload
def register_check(name: str, fn: F, critical: bool = ..., timeout: float = ...) -> F: ...
@overload
def register_check(name: str, fn: None = None, critical: bool = ..., timeout: float = ...) -> Callable[[F], F]: ...
def register_check(name: str, fn: Any = None, critical: bool = True, timeout: float = TIMEOUT) -> Any:
    """Have `fn`, synchronous or asynchronous, asked whenever somebody asks for this process's health.

    It passes by returning None, True or a text with details; it fails by raising, by returning False or by taking
    longer than `timeout` seconds. While a critical check fails, /health/ready answers 503. Without `fn` it decorates.
    An asynchronous function runs on the event loop in which it was registered, if there was one.

    Raises ValueError for a name that is taken or has other characters than letters, digits, `_`, `.` and `-`, and for
    a timeout that is not above 0; TypeError for what is no function.
    """
    _examine(name, timeout)
    if fn is None:
        return lambda function: register_check(name, function, critical, timeout)
    if not callable(fn):
        raise TypeError(f"register_check({name!r}, ...) takes a function, not {type(fn).__name__}")
    CHECKS.add(Check(name, fn, bool(critical), float(timeout), running_loop()))
    _export()
    return fn


def unregister_check(name: str) -> None:
    """Ask this check no more. Raises KeyError where there is none of this name."""
    CHECKS.remove(name)


def running_loop() -> Any:
    """The event loop that runs this thread, or None. Imports no asyncio: without it there is no loop."""
    asyncio = sys.modules.get("asyncio")
    return None if asyncio is None else asyncio._get_running_loop()


def _export() -> None:
    """What is asked is told by a metric, too, where nobody looks at the pages."""
    from otel_voice.health import statuses

    statuses.export()


def _examine(name: object, timeout: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name for a health check: use 1 to 64 letters, digits, '_', '.' and '-', beginning with a "
            "letter or a digit, for example 'database'."
        )
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(f"the timeout of the health check {name!r} is a number of seconds, not {timeout!r}")
    if not math.isfinite(timeout) or timeout <= 0:
        raise ValueError(f"the timeout of the health check {name!r} must be seconds above 0, not {timeout!r}")
