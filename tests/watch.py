"""Our clock against the caller's watch: within 10 ms or 5 %, on a machine that may stop us between the two."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

TRIES = 12


class TooFarApartError(AssertionError):
    """Two readings of one moment differ; on a busy machine that may be nobody's fault."""


def same_seconds(ours: float | None, callers: float) -> None:
    """Two lengths of time, in seconds. Raises TooFarApartError."""
    if ours != pytest.approx(callers, rel=0.05, abs=0.01):
        raise TooFarApartError(f"we measured {ours} s and the caller {callers} s")


def same_moment(ours: int | None, callers: int, within: int = 10_000_000) -> None:
    """Two moments on the monotonic clock, in nanoseconds. Raises TooFarApartError."""
    if ours != pytest.approx(callers, abs=within):
        raise TooFarApartError(f"we saw it at {ours} and the caller at {callers}, more than {within / 1e6:g} ms away")


def at_least(ours: float | None, seconds: float) -> None:
    """A length of time between two messages of a service, of which the first may have been read late.

    Raises TooFarApartError.
    """
    if ours is None or ours < seconds:
        raise TooFarApartError(f"we measured {ours} s where the service waited {seconds} s")


def watched(test: Callable[..., Any]) -> Callable[..., Any]:
    """Repeat a test whose two clocks were too far apart: what is wrong with us is wrong every time."""
    return _watched_coroutine(test) if inspect.iscoroutinefunction(test) else _watched_function(test)


def _watched_function(test: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(test)
    def repeated(*args: Any, **kwargs: Any) -> None:
        for _ in range(TRIES - 1):
            with contextlib.suppress(TooFarApartError):
                test(*args, **kwargs)
                return
        test(*args, **kwargs)

    return repeated


def _watched_coroutine(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def repeated(*args: Any, **kwargs: Any) -> None:
        for _ in range(TRIES - 1):
            with contextlib.suppress(TooFarApartError):
                await test(*args, **kwargs)
                return
        await test(*args, **kwargs)

    return repeated
