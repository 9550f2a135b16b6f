"""Event loops: how late they answer, what blocks them, and that the program cannot tell that somebody looks."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_voice.health import builtin, loops
from otel_voice.health.activity import ACTIVITY
from otel_voice.health.loops import Monitor, Watched
from otel_voice.observation.records import Inference
from otel_voice.runtime import runtime
from otel_voice.telemetry import names
from tests.signals import Signals
from tests.telemetry.telling import Telling
from tests.unit.conversing import Clock

LIMIT = 30.0


class Told:
    """Who hears of lags and blocks."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.blocks: list[tuple[float, str, str | None, int]] = []

    def event_loop_lagged(self, seconds: float) -> None:
        self.lags.append(seconds)

    def event_loop_blocked(self, seconds: float, thread: str, stack: str | None, untold: int) -> None:
        self.blocks.append((seconds, thread, stack, untold))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(ACTIVITY, "event_loops", told)
    return told


def new_uvloop() -> asyncio.AbstractEventLoop:
    return pytest.importorskip("uvloop").new_event_loop()


@pytest.fixture(params=[asyncio.new_event_loop, new_uvloop], ids=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest) -> Iterator[asyncio.AbstractEventLoop]:
    loop = request.param()
    yield loop
    loop.close()


async def until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def busy_until(holds: Callable[[], Any]) -> None:
    """Blocks the loop; its name is looked for in the stack."""
    deadline = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def block(watched: Watched) -> None:
    """For as long as the fixture's monitor takes for a block."""
    busy_until(lambda: watched.stack and watched.late() >= 0.1)


def test_a_block_is_told_with_the_stack_that_blocks(
    loop: asyncio.AbstractEventLoop, monitor: Monitor, told: Told
) -> None:
    """While it lasts the stack of the loop's thread is taken; how long it was is told when it ends."""

    async def program() -> None:
        monitor.seen()
        await until(lambda: told.lags)
        block(monitor.watched[0])
        await until(lambda: told.blocks)

    loop.run_until_complete(program())
    [(seconds, thread, stack, untold)] = told.blocks
    assert seconds >= 0.1 and (thread, untold) == (threading.current_thread().name, 0)
    assert stack is not None and "busy_until" in stack and "time.sleep" in stack
    assert max(told.lags) == seconds


def test_blocks_in_a_row_are_counted_and_not_all_told(
    monitor: Monitor, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in a time; the next that is told says how many were not."""
    monkeypatch.setattr(loops, "QUIET", 3600.0)

    async def program() -> None:
        monitor.seen()
        await until(lambda: monitor.watched)
        [watched] = monitor.watched
        for untold in range(3):
            await until(lambda: watched.question and watched.stack is None)
            block(watched)
            await until(lambda untold=untold: watched.untold == untold)
        watched.told_at -= loops.QUIET
        await until(lambda: watched.stack is None)
        block(watched)
        await until(lambda: len(told.blocks) == 2)

    asyncio.run(program())
    assert [untold for *_, untold in told.blocks] == [0, 2]


def test_the_check_tells_while_a_loop_is_blocked(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only afterwards: who asks is another thread."""
    monkeypatch.setattr(builtin, "LAG_LIMIT", 0.2)
    said: list[str] = []

    def ask() -> None:
        try:
            builtin.event_loop()
        except builtin.UnhealthyError as error:
            said.append(str(error))

    async def program() -> None:
        monitor.seen()
        await until(lambda: monitor.worst(10.0) is not None and monitor.watched[0].lags)
        assert builtin.event_loop().startswith("answered within")
        asking = threading.Thread(target=lambda: busy_until(lambda: ask() or said))
        asking.start()
        busy_until(lambda: said)
        asking.join(LIMIT)

    asyncio.run(program())
    assert "blocked for" in said[0]


def test_a_loop_that_is_not_run_is_not_blocked(loop: asyncio.AbstractEventLoop, monitor: Monitor, told: Told) -> None:
    """Between two runs it owes no answer, and it is watched again when it runs again."""

    async def program() -> None:
        monitor.seen()
        await until(lambda: told.lags)

    loop.run_until_complete(program())
    [watched] = monitor.watched
    busy_until(lambda: watched.question is None)
    told.lags.clear()
    loop.run_until_complete(program())
    assert told.lags and not told.blocks


def test_a_loop_is_not_kept_alive_and_the_thread_ends_with_the_last(monitor: Monitor) -> None:
    """Closed or collected, it is forgotten; another one is watched again."""
    for _ in range(2):
        asyncio.run(_seen(monitor))
        busy_until(lambda: not monitor.watched)
        busy_until(lambda: not [each for each in threading.enumerate() if each.name == "otel_voice.event_loops"])
    loop = asyncio.new_event_loop()
    loop.run_until_complete(_seen(monitor))
    gone = weakref.ref(loop)
    loop.close()
    del loop
    gc.collect()
    busy_until(lambda: gone() is None)


async def _seen(monitor: Monitor) -> None:
    monitor.seen()


def test_the_program_cannot_tell(loop: asyncio.AbstractEventLoop, monitor: Monitor, told: Told) -> None:
    """No task, no timer, no context of its own is left in the loop, and no handler or policy is changed."""
    policy, variable = asyncio.get_event_loop_policy(), contextvars.ContextVar("variable", default=1)

    async def program() -> None:
        monitor.seen()
        variable.set(2)
        await until(lambda: len(told.lags) > 3)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not [timer for timer in getattr(loop, "_scheduled", ()) if not timer.cancelled()]
        assert loop.get_exception_handler() is None and loop.get_task_factory() is None
        assert variable.get() == 2

    loop.run_until_complete(program())
    assert asyncio.get_event_loop_policy() is policy


def test_where_no_loop_runs_nothing_is_watched(monitor: Monitor) -> None:
    """A synchronous program pays for no thread."""
    monitor.seen()
    assert monitor.watched == [] and monitor.worst(10.0) is None


def test_an_operation_brings_its_loop(signals: Signals, clock_at_rest: Clock) -> None:
    """No code in the program: the loop is the one on which a provider is called."""
    monitor = loops.watch(0.25)
    telling = Telling(signals.providers())
    telling.recorder._watcher = ACTIVITY

    async def program() -> None:
        telling.play(clock_at_rest, Inference("openai"), 0, 1)
        assert [watched.loop() for watched in monitor.watched] == [asyncio.get_running_loop()]
        telling.play(clock_at_rest, Inference("openai"), 2, 3)
        assert len(monitor.watched) == 1

    asyncio.run(program())
    assert ACTIVITY.providers["openai"].operations == 2


def test_lags_and_blocks_are_told_over_opentelemetry(signals: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    """A histogram of all, and a log event for a block, with nothing private in its stack."""
    runtime().telemetry(**signals.providers())
    try:
        runtime().event_loop_lagged(0.003)
        runtime().event_loop_blocked(0.4, "MainThread", 'connect("postgres://bot:hunter22@db")', 3)
        runtime().event_loop_blocked(0.5, "MainThread", None, 0)
    finally:
        runtime().telemetry()
    [point] = signals.points(names.METRIC_VOICE_EVENT_LOOP_LAG)
    assert (point.count, point.sum) == (1, 0.003)
    first, second = (each.log_record for each in signals.logs())
    assert first.event_name == names.EVENT_VOICE_EVENT_LOOP_BLOCKED
    assert first.body == "the event loop was blocked for 0.400 s"
    assert first.attributes[names.CODE_STACKTRACE] == 'connect("postgres://bot:[secret]@db")'
    assert first.attributes[names.VOICE_EVENT_LOOP_BLOCKS_UNTOLD] == 3
    assert names.CODE_STACKTRACE not in second.attributes


def test_a_listener_that_fails_does_not_end_the_watching(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is ours, and the next lag is told all the same."""
    told: list[float] = []

    class Failing(Told):
        def event_loop_lagged(self, seconds: float) -> None:
            told.append(seconds)
            raise RuntimeError("no provider")

    monkeypatch.setattr(ACTIVITY, "event_loops", Failing())

    async def program() -> None:
        monitor.seen()
        await until(lambda: len(told) > 2)

    with caplog.at_level(logging.WARNING):
        asyncio.run(program())
    assert not caplog.records


@pytest.fixture
def clock_at_rest(monkeypatch: pytest.MonkeyPatch) -> Clock:
    from otel_voice.observation import clock as the_clock

    clock = Clock()
    monkeypatch.setattr(the_clock, "now", clock.now)
    monkeypatch.setattr(the_clock, "unix", clock.unix)
    return clock
