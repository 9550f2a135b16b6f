"""The only broad `except`: our own failure is ours, logged once, and never the program's.

A guard wraps our hooks and nothing else: the program's call and its iteration stay outside, so that a provider's
error reaches the caller untouched.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

strict = False
"""Our own tests set this, so that the guard does not hide our bugs from them."""

_logger = logging.getLogger("otel_voice")
_reported: set[tuple[str, str]] = set()


def guarded(hook: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """Call a hook of ours; None when it fails."""
    try:
        return hook(*args, **kwargs)
    except Exception as error:
        report(hook, error)
        return None


def shielded(hook: Callable[[Any], None]) -> Callable[[Any], None]:
    """A hook that can be called on a hot path with one item and never raises."""

    def call(item: Any) -> None:
        try:
            hook(item)
        except Exception as error:
            report(hook, error)

    return call


def report(hook: Callable[..., Any], error: Exception) -> None:
    """Log a failure of ours, once for each place and class; raise it in our own tests."""
    if strict:
        raise error
    name = f"{getattr(hook, '__module__', '?')}.{getattr(hook, '__qualname__', hook)}"
    key = (name, type(error).__name__)
    if key in _reported:
        return
    _reported.add(key)
    _logger.warning(
        "otel_voice failed in %s (%s: %s). Your program is not affected; some telemetry of this call is missing. "
        "Said once; please report it.",
        name,
        type(error).__name__,
        error,
        exc_info=error,
    )
