"""The event loops of the program: how late they answer, and what blocks them.

A thread asks each loop to call back, by `call_soon_threadsafe`, which every loop has (uvloop's, too), and looks how
long that takes. Nothing of asyncio is patched, no timer is left in a loop, and a loop is not kept alive. Loops are
found where an operation starts on them.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from otel_voice.health.activity import ACTIVITY
from otel_voice.health.checks import running_loop

TICK = 0.05
"""Seconds from one look to the next. A block may begin this much before the question that it keeps from an answer."""
GOES_ON = 30.0
"""A block that lasts longer than this is told before it ends."""
QUIET = 1.0
"""Seconds in which one block of a loop is told, and the others are counted."""
FRAMES = 50
"""The innermost of a stack, which are shown."""


class Question:
    """One question to a loop. The answer may come when nobody waits for it any more."""

    def __init__(self) -> None:
        self.asked_at = time.monotonic()
        self.answered_at: float | None = None
        self.thread: int | None = None

    def answer(self) -> None:
        """On the loop's own thread."""
        self.thread = threading.get_ident()
        self.answered_at = time.monotonic()


class Watched:
    """One loop, its thread, and the question that it has not answered."""

    def __init__(self, loop: Any) -> None:
        self.loop = weakref.ref(loop)
        self.thread = threading.get_ident()
        self.name = threading.current_thread().name
        self.lags: deque[tuple[float, float]] = deque(maxlen=1200)  # when it answered, and after how many seconds
        self.question: Question | None = None
        self.stack: str | None = None
        self.told = False
        self.told_at = -QUIET
        self.untold = 0

    def is_gone(self) -> bool:
        """Whether it will never run again."""
        loop = self.loop()
        return loop is None or loop.is_closed()

    def is_running(self) -> bool:
        """Whether somebody runs it: a loop that is not run is not blocked."""
        loop = self.loop()
        return loop is not None and loop.is_running()

    def ask(self) -> None:
        """Ask it to call back."""
        loop, question = self.loop(), Question()
        self.question, self.stack, self.told = question, None, False
        try:
            if loop is not None:
                loop.call_soon_threadsafe(question.answer)
        except RuntimeError:  # closed in between
            self.question = None

    def late(self) -> float:
        """Seconds for which it owes an answer."""
        question = self.question
        owes = question is not None and question.answered_at is None and self.is_running()
        return time.monotonic() - question.asked_at if question is not None and owes else 0.0

    def worst(self, since: float) -> float:
        """The worst lag after this moment of time.monotonic(), the one that goes on included; in seconds."""
        return max(self.late(), max((lag for at, lag in tuple(self.lags) if at >= since), default=0.0))


class Monitor:
    """Watches loops from one daemon thread, which lives while there are any."""

    def __init__(self, block_seconds: float) -> None:
        self._block = block_seconds
        self._tick = min(TICK, max(block_seconds / 2, 0.005)) if block_seconds else TICK
        self._lock = threading.Lock()
        self._known: weakref.WeakSet[Any] = weakref.WeakSet()
        self._thread: threading.Thread | None = None
        self.watched: list[Watched] = []
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def seen(self) -> None:
        """Watch the loop that runs here, if there is one. Called at each operation: known ones cost next to nothing."""
        loop = running_loop()
        if loop is None or loop in self._known:
            return
        with self._lock:
            if loop in self._known:
                return
            self._known.add(loop)
            self.watched = [*self.watched, Watched(loop)]
            self._start()

    def worst(self, seconds: float) -> float | None:
        """The worst lag of any loop in the last `seconds`; None where there is no loop."""
        since = time.monotonic() - seconds
        return max((watched.worst(since) for watched in self.watched), default=None)

    def running(self) -> Any:
        """A loop that is being run, or None."""
        return next((watched.loop() for watched in self.watched if watched.is_running()), None)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="otel_voice.event_loops", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # the interpreter is ending
                self._thread = None

    def _run(self) -> None:
        while self._look():
            time.sleep(self._tick)

    def _look(self) -> bool:
        """One look at each loop; False when none is left."""
        looked_at = self.watched
        for watched in looked_at:
            self._look_at(watched)
        with self._lock:
            new = self.watched[len(looked_at) :]
            self.watched = [watched for watched in looked_at if not watched.is_gone()] + new
            if not self.watched:
                self._thread = None
            return bool(self.watched)

    def _look_at(self, watched: Watched) -> None:
        question = watched.question
        if not watched.is_running():
            watched.question = None
        elif question is None:
            watched.ask()
        elif question.answered_at is None:
            self._owes(watched, time.monotonic() - question.asked_at)
        else:
            watched.thread = question.thread or watched.thread  # a loop may be run by one thread after another
            self._answered(watched, question.answered_at, question.answered_at - question.asked_at)
            watched.ask()

    def _owes(self, watched: Watched, late: float) -> None:
        # One look earlier than it is a block: it may end before the next.
        if self._is_block(late + self._tick) and watched.stack is None:
            watched.stack = _stack(watched.thread)
        if self._is_block(late) and late >= GOES_ON and not watched.told:
            self._tell(watched, late)

    def _answered(self, watched: Watched, at: float, lag: float) -> None:
        watched.lags.append((at, lag))
        if ACTIVITY.event_loops is not None:
            _guarded(ACTIVITY.event_loops.event_loop_lagged, lag)
        if self._is_block(lag) and not watched.told:
            self._tell(watched, lag)

    def _is_block(self, late: float) -> bool:
        return self._block > 0 and late >= self._block

    def _tell(self, watched: Watched, seconds: float) -> None:
        watched.told, now = True, time.monotonic()
        if now - watched.told_at < QUIET:
            watched.untold += 1
            return
        untold, watched.untold, watched.told_at = watched.untold, 0, now
        if ACTIVITY.event_loops is not None:
            _guarded(ACTIVITY.event_loops.event_loop_blocked, seconds, watched.name, watched.stack, untold)

    def _forget(self) -> None:
        """In a forked child: its thread is gone, and so are the loops that its parent runs."""
        self._lock, self._known = threading.Lock(), weakref.WeakSet()
        self._thread, self.watched = None, []


def _stack(thread: int) -> str | None:
    """What the thread is doing, its innermost frames."""
    import traceback

    frame = sys._current_frames().get(thread)
    return None if frame is None else "".join(traceback.format_stack(frame, FRAMES))


def _guarded(tell: Callable[..., None], *told: Any) -> None:
    try:
        tell(*told)
    except Exception:  # the watching goes on
        import logging

        logging.getLogger(__name__).debug("otel_voice: an event loop's lag could not be told", exc_info=True)


_monitor: Monitor | None = None


def watch(block_seconds: float) -> Monitor:
    """Watch each event loop on which an operation starts. A block of `block_seconds` is told; 0 tells none."""
    global _monitor
    if _monitor is None:
        _monitor = Monitor(block_seconds)
        ACTIVITY.on_start = _monitor.seen
    return _monitor


def monitor() -> Monitor | None:
    """The monitor, once somebody wants one."""
    return _monitor


def awaited(waiting: Coroutine[Any, Any, Any], loop: Any, timeout: float) -> Any:
    """The result of a coroutine that runs on `loop`, else on a loop of the program that runs, else on its own.

    For threads without a loop. Raises what the coroutine raises, and TimeoutError.
    """
    import asyncio
    import concurrent.futures

    if loop is None or loop.is_closed() or not loop.is_running():
        loop = None if _monitor is None else _monitor.running()
    if loop is None:
        return asyncio.run(asyncio.wait_for(waiting, timeout))
    try:
        future = asyncio.run_coroutine_threadsafe(waiting, loop)
    except RuntimeError:  # closed in between
        waiting.close()
        raise
    try:
        return future.result(timeout)
    except concurrent.futures.TimeoutError:
        future.cancel()
        raise TimeoutError(f"the event loop did not finish it within {timeout:g} s") from None
