"""The checks that a program adds to those of every process."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar, overload

from otel_voice.health import checks, statuses
from otel_voice.health.checks import TIMEOUT, Check, CheckFunction, running_loop

F = TypeVar("F", bound=CheckFunction)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


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
    checks.CHECKS.add(Check(name, fn, bool(critical), float(timeout), running_loop()))
    # It is told by a metric, too, where nobody looks at the pages.
    statuses.export()
    return fn


def unregister_check(name: str) -> None:
    """Ask this check no more. Raises KeyError where there is none of this name."""
    checks.CHECKS.remove(name)


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
