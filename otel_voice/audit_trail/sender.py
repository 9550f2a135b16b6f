"""The thread that sends: each stream in order, and on from where the last success was, also of processes that died."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import Final

from otel_voice.audit_trail import destination, retention, spool
from otel_voice.audit_trail.locking import Lock
from otel_voice.audit_trail.stream import Stream
from otel_voice.audit_trail.syncing import sync
from otel_voice.audit_trail.unsent import Unsent
from otel_voice.audit_trail.wakeup import Wakeup

_BATCH: Final = 64
_GATHER_SECONDS: Final = 0.5
_FIRST_RETRY: Final = 1.0
_LAST_RETRY: Final = 30.0
_LEFT_BEHIND_SECONDS: Final = 60.0
_TOLD_AT_MOST: Final = 20

_log = logging.getLogger(__name__)


class Sender:
    """Sends what the streams of this process append, and what streams without a process left behind."""

    def __init__(self, directory: Path, keep_seconds: float) -> None:
        self._directory = directory
        self._keep_seconds = keep_seconds
        self._own: dict[str, tuple[Stream, Unsent]] = {}
        self._appended = Wakeup()
        self._round = threading.Condition()
        self._asked = self._answered = 0
        self._looked_at: float | None = None
        self._told: set[str] = set()
        self._rounds_without = 0

    def start(self) -> None:
        """Begin. An interpreter that is ending starts no threads: then the next process sends."""
        try:
            threading.Thread(target=self._run, name="otel_voice.audit.sender", daemon=True).start()
        except RuntimeError as error:
            _log.debug("otel_voice: audit records are left to the next process: %s", error)

    def watch(self, stream: Stream) -> None:
        """Send what this stream appends from now on."""
        self._own[stream.id] = (stream, Unsent(self._directory, stream.id, stream.held))

    def wake(self) -> None:
        """Something was appended."""
        self._appended.set()

    def flush(self, seconds: float) -> bool:
        """Try at once to send everything; whether one try was over within so many seconds."""
        with self._round:
            self._asked += 1
            asked = self._asked
            self._round.notify_all()
            self._appended.set()
            return self._round.wait_for(lambda: self._answered >= asked, seconds)

    def _run(self) -> None:
        retry = _FIRST_RETRY
        while True:
            asked = self._asked
            sent = self._guarded()
            with self._round:
                self._answered = asked
                self._round.notify_all()
            retry = _FIRST_RETRY if sent else min(_LAST_RETRY, 2 * retry)
            if sent:
                self._appended.wait(_LEFT_BEHIND_SECONDS)
            self._pause(_GATHER_SECONDS if sent else retry)

    def _pause(self, seconds: float) -> None:
        """Only who flushes may cut it short: a call every millisecond must not be a try every millisecond."""
        with self._round:
            self._round.wait_for(lambda: self._asked > self._answered, seconds)

    def _guarded(self) -> bool:
        try:
            return self._send_all()
        except Exception as error:  # noqa: BLE001 - the thread must go on, and the records are on disk
            self._tell_once(f"sending audit records failed: {type(error).__name__}: {error}")
            return False

    def _send_all(self) -> bool:
        """Whether nothing is left that could have been sent."""
        to = destination.current()
        if to is None:
            self._without_exporter()
            return False
        self._rounds_without = 0
        for stream, unsent in list(self._own.values()):
            stream.write_held()
            # What was sent is on the disk: a spool that ends before was cut.
            sync(stream)
            if not self._drain(unsent, to):
                return False
            stream.acknowledged = unsent.acknowledged
        return self._send_left_behind(to)

    def _without_exporter(self) -> None:
        """Told at the second look: the program may be about to set it up."""
        self._rounds_without += 1
        if self._rounds_without > 1 and self._own:
            self._tell_once(
                f"audit records stay in {self._directory}: no exporter of log records is set up in this process. "
                "A later process that has one sends them"
            )

    def _drain(self, unsent: Unsent, to: destination.Destination) -> bool:
        while (batch := unsent.batch(_BATCH)).records:
            if not to.send(batch.records, batch.resource):
                return False
            try:
                unsent.acknowledge(batch)
            except OSError as error:
                self._tell_once(
                    f"how far audit records were sent cannot be written to {self._directory}: {error.strerror}. "
                    "After a crash some are sent twice"
                )
        return True

    def _send_left_behind(self, to: destination.Destination) -> bool:
        now = time.monotonic()
        if self._looked_at is not None and now - self._looked_at < _LEFT_BEHIND_SECONDS:
            return True
        try:
            streams = {segment.stream for segment in spool.segments(self._directory)} - self._own.keys()
        except OSError:
            return True
        for stream in sorted(streams):
            if not spool.done_path(self._directory, stream).exists() and not self._adopt(stream, to):
                return False
        retention.prune(self._directory, self._keep_seconds)
        self._looked_at = now
        return True

    def _adopt(self, stream: str, to: destination.Destination) -> bool:
        lock = Lock.acquire(spool.lock_path(self._directory, stream))
        if lock is None:
            return True
        try:
            # While we waited for the lock another process may have sent all of it, or given it up.
            if spool.done_path(self._directory, stream).exists():
                return True
            if not spool.segments_of(self._directory, stream):
                spool.remove(self._directory, stream)
                return True
            unsent = Unsent(self._directory, stream)
            if not self._drain(unsent, to):
                return False
            spool.finish(self._directory, stream, unsent.acknowledged)
            return True
        finally:
            lock.release()

    def _tell_once(self, problem: str) -> None:
        if problem not in self._told and len(self._told) < _TOLD_AT_MOST:
            self._told.add(problem)
            _log.warning("otel_voice: %s", problem)
