"""Values that cost something to make, made once for all who ask at the same time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Cached(Generic[T]):
    """The newest value of `make`, at most `seconds` old when it was asked for.

    It is made in a thread of its own, so that whoever asks may wait in his own way. Threads of ours are daemons: a
    check that hangs must not keep the process from ending.
    """

    def __init__(self, make: Callable[[], T], seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._make = make
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._future: Future[T] | None = None
        self._made_at = 0.0
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def get(self) -> Future[T]:
        """The value, which is there already or is being made. Cancelling the future has no effect."""
        with self._lock:
            if self._future is None or (self._future.done() and self._clock() - self._made_at >= self._seconds):
                self._future = self._begin()
            return self._future

    def _begin(self) -> Future[T]:
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        try:
            threading.Thread(target=self._run, args=(future,), name="otel_voice.health", daemon=True).start()
        except RuntimeError as error:  # the interpreter is ending, or there are too many threads
            future.set_exception(error)
        return future

    def _run(self, future: Future[T]) -> None:
        try:
            value = self._make()
        except BaseException as error:  # noqa: BLE001 - who waits must not wait for ever, whatever was raised
            self._made_at = self._clock()
            future.set_exception(RuntimeError(f"{type(error).__name__} while it was made"))
        else:
            self._made_at = self._clock()
            future.set_result(value)

    def _forget(self) -> None:
        """In a forked child: the thread that makes the value does not exist there."""
        self._lock, self._future = threading.Lock(), None
