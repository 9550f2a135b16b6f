"""The one clock: monotonic nanoseconds for durations, wall nanoseconds to place an operation in time.

Both are module attributes so that a test replaces them in one place; read them as `clock.now()`.
"""

from __future__ import annotations

import time

now = time.perf_counter_ns
"""Monotonic nanoseconds. Only differences mean anything."""

unix = time.time_ns
"""Nanoseconds since 1970, taken once for each operation."""


def seconds(start_ns: int | None, end_ns: int | None) -> float | None:
    """Seconds from one mark to another; None when either is missing or the order is reversed."""
    if start_ns is None or end_ns is None or end_ns < start_ns:
        return None
    return (end_ns - start_ns) / 1e9
