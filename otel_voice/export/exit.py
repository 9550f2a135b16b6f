"""The end of the process: what is finished is exported, and waiting for it has one bound for all signals."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from otel_voice.export import failures

_log = logging.getLogger(__name__)

Work = Callable[[], object]

_before_flush: list[Work] = []


def before_flush(callback: Work) -> Callable[[], None]:
    """Have `callback` called before the last export, to end what is still open.

    It runs in another thread, may take at most half of the exit timeout, and may be called more than once.
    Returns a function that takes the callback back.
    """
    _before_flush.append(callback)
    return lambda: _before_flush.remove(callback) if callback in _before_flush else None


class Provider(Protocol):
    """What the three SDK providers have in common."""

    def force_flush(self) -> object:
        """Export what is finished."""

    def shutdown(self) -> object:
        """Export what is finished, and close."""


class Presence(Protocol):
    """Whoever tells that this process runs."""

    def begins(self) -> None:
        """The process is there, or a forked child of it."""

    def leaves(self) -> None:
        """What is exported from now on may be the last."""

    def stays(self) -> None:
        """It was not the last."""


class ParkedThread:
    """A daemon thread that waits for its one piece of work.

    It is started early because an interpreter that is ending starts no new threads.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.done = threading.Event()
        self._begin = threading.Event()
        self._work: Work = bool
        threading.Thread(name=f"otel_voice.exit.{name}", target=self._run, daemon=True).start()

    def begin(self, work: Work) -> None:
        """Set the thread to work."""
        self._work = work
        self._begin.set()

    def _run(self) -> None:
        self._begin.wait()
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - the program's end must not fail because telemetry does
            _log.warning("otel_voice: exporting %s at the end failed: %s", self.name, error)
        finally:
            self.done.set()


class BoundedExit:
    """Ends the providers of this process within `timeout` seconds, whatever the collector does."""

    def __init__(self, providers: Sequence[tuple[str, Provider]], timeout: float, presence: Presence) -> None:
        self._providers = providers
        self._timeout = timeout
        self._presence = presence
        self._start_afresh()

    def arm(self) -> None:
        """Take the place of the providers' own exit handlers, which take up to 15 s one after the other."""
        for _, provider in self._providers:
            atexit.unregister(provider.shutdown)
        atexit.register(self.shut_down)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_afresh)

    def flush(self) -> None:
        """Export what is finished; the providers go on. Waits no longer than what is left of the timeout."""
        if self._busy:
            self._wait_for(self._busy)
            return
        parked = self._park()
        self._drain(parked, [provider.force_flush for _, provider in self._providers])
        self._presence.stays()

    def shut_down(self) -> None:
        """Export what is finished and close the providers. Waits no longer than what is left of the timeout."""
        self._drain(self._parked, [_shutdown_of(provider) for _, provider in self._providers])
        failures.report_rest()

    def _start_afresh(self) -> None:
        """Threads do not survive a fork, and the child has its own end."""
        self._presence.begins()
        self._left = self._timeout
        self._busy: list[ParkedThread] = []
        self._parked = self._park()

    def _park(self) -> list[ParkedThread]:
        return [ParkedThread(name) for name in ("conversations", *(name for name, _ in self._providers))]

    def _drain(self, parked: list[ParkedThread], works: list[Work]) -> None:
        started = time.monotonic()
        self._presence.leaves()
        self._busy = parked[1:]
        parked[0].begin(_close_what_is_open)
        parked[0].done.wait(self._left / 2)
        for thread, work in zip(self._busy, works, strict=True):
            thread.begin(work)
        self._wait_for(self._busy, started)
        self._busy = []
        self._left = max(0.0, self._left - (time.monotonic() - started))

    def _wait_for(self, threads: list[ParkedThread], started: float | None = None) -> None:
        deadline = (time.monotonic() if started is None else started) + self._left
        late = [t.name for t in threads if not t.done.wait(max(0.0, deadline - time.monotonic()))]
        if late and started is not None:
            _log.warning(
                "otel_voice: %s not fully exported within %g s (OTEL_VOICE_EXIT_TIMEOUT); the rest is lost",
                ", ".join(late),
                self._timeout,
            )


def _close_what_is_open() -> None:
    for callback in list(_before_flush):
        try:
            callback()
        except Exception as error:  # noqa: BLE001 - one callback must not keep the next from running
            _log.warning("otel_voice: closing what is open failed: %s", error)


def _shutdown_of(provider: Provider) -> Work:
    """Nothing, for a provider the program shut down itself: the SDK would complain about the second time."""
    return bool if getattr(provider, "_shutdown", False) else provider.shutdown
