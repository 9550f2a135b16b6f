"""The checks that every process has. Only what keeps a new call from being served well is critical.

Telemetry never is: a dead Collector costs no call, so it must not take a process out of service either.
"""

from __future__ import annotations

import time
from pathlib import Path

from otel_voice.export.pipeline import PIPELINE, Exports
from otel_voice.health import loops, system
from otel_voice.health.activity import ACTIVITY
from otel_voice.health.checks import Check, UnhealthyError

QUEUE_FULL = 0.8
DRAINED_WITHIN = 30.0
"""Seconds in which something that waits in a queue is exported."""
LAG_WINDOW = 10.0
LAG_LIMIT = 1.0
"""Seconds; one block of this length is a second of silence in every call of the loop."""
DISK_FULL, DISK_LEFT = 0.95, 1 << 30
"""Both must hold: a twentieth of a large disk is plenty."""
MEMORY_FULL = 0.95
PROVIDER_WINDOW = 300.0
PROVIDER_OUTCOMES = 5
PROVIDER_FAILING = 0.5


def checks(max_calls: int | None, folder: Path) -> list[Check]:
    """All of them; `folder` is where this process writes."""
    return [
        Check("calls", lambda: calls(max_calls)),
        Check("event_loop", event_loop),
        Check("memory", memory),
        Check("disk", lambda: disk(folder), critical=False),
        Check("providers", providers, critical=False),
        Check("exporter", exporter, critical=False),
        Check("queue", queue, critical=False),
        Check("dropped", Dropped(), critical=False),
    ]


def calls(limit: int | None) -> str:
    """Fewer calls are open than may be (OTEL_VOICE_HEALTH_MAX_CALLS)."""
    active = ACTIVITY.open_calls()
    if limit is None:
        return f"{active} active"
    if active >= limit:
        raise UnhealthyError(f"{active} active, the limit is {limit}")
    return f"{active} active of {limit}"


def event_loop() -> str:
    """The program's event loops answered in time lately."""
    monitor = loops.monitor()
    lag = None if monitor is None else monitor.worst(LAG_WINDOW)
    if lag is None:
        return "no event loop seen"
    text = f"answered within {lag:.3f} s in the last {LAG_WINDOW:.0f} s"
    if lag >= LAG_LIMIT:
        raise UnhealthyError(f"blocked for {lag:.1f} s in the last {LAG_WINDOW:.0f} s")
    return text


def memory() -> str:
    """There is memory left, in the container or on the machine."""
    share = system.memory()
    if share is None:
        return "not told on this platform"
    if share.ratio >= MEMORY_FULL:
        raise UnhealthyError(f"{share.ratio:.0%} of {_gigabytes(share.total)} used")
    return f"{share.ratio:.0%} of {_gigabytes(share.total)} used"


def disk(folder: Path) -> str:
    """There is room where this process writes."""
    share = system.disk(folder)
    if share is None:
        return "not told on this platform"
    if share.ratio >= DISK_FULL and share.total - share.used < DISK_LEFT:
        raise UnhealthyError(f"{share.ratio:.0%} used, {_gigabytes(share.total - share.used)} left")
    return f"{share.ratio:.0%} used"


def providers() -> str:
    """Of each provider's last operations, fewer than half failed."""
    since = time.monotonic() - PROVIDER_WINDOW
    told = {name: provider.since(since) for name, provider in tuple(ACTIVITY.providers.items())}
    failing = [_failing(name, outcomes) for name, outcomes in told.items() if _fails(outcomes)]
    if failing:
        raise UnhealthyError("; ".join(failing))
    used = sorted(name for name, outcomes in told.items() if outcomes)
    return ", ".join(used) or "none used lately"


def _fails(outcomes: list[str | None]) -> bool:
    failed = sum(error is not None for error in outcomes)
    return len(outcomes) >= PROVIDER_OUTCOMES and failed >= PROVIDER_FAILING * len(outcomes)


def _failing(name: str, outcomes: list[str | None]) -> str:
    errors = [error for error in outcomes if error is not None]
    return f"{name}: {len(errors)} of {len(outcomes)} failed, the last with {errors[-1]}"


def exporter() -> str:
    """What is exported arrives, and what waits is exported."""
    exports = PIPELINE.exports()
    failing = [text for text in map(_not_arriving, exports) if text]
    if failing:
        raise UnhealthyError("; ".join(failing))
    return ", ".join(f"{each.signal} {each.delivered} exports" for each in exports) or "nothing is exported"


def _not_arriving(exports: Exports) -> str:
    now = time.monotonic()
    if exports.failing_since is not None:
        return f"{exports.signal} do not arrive since {now - exports.failing_since:.0f} s"
    waited = now - max(exports.followed_at, exports.succeeded_at or 0.0)
    if exports.queue() and waited > DRAINED_WITHIN:
        return f"{exports.signal} wait and none was exported for {waited:.0f} s"
    return ""


def queue() -> str:
    """The queues have room."""
    fill = {each.signal: each.queue() / each.capacity for each in PIPELINE.exports() if each.capacity}
    text = ", ".join(f"{signal} {ratio:.0%} full" for signal, ratio in fill.items())
    if any(ratio >= QUEUE_FULL for ratio in fill.values()):
        raise UnhealthyError(text)
    return text or "no queues"


class Dropped:
    """Nothing was dropped for want of room in a queue in the last five minutes."""

    WINDOW = 300.0

    def __init__(self) -> None:
        self._count = 0
        self._at: float | None = None

    def __call__(self) -> str:
        count, now = sum(each.dropped for each in PIPELINE.exports()), time.monotonic()
        if count > self._count:
            self._at = now
        self._count = count
        if self._at is not None and now - self._at < self.WINDOW:
            raise UnhealthyError(f"{count} dropped since the start, the last {now - self._at:.0f} s ago or less")
        return f"{count} dropped since the start"


def _gigabytes(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB"
