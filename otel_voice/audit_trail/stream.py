"""One chain of one process: each record is linked to the one before and is in the file before the call returns."""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from otel_voice.audit_trail.chain import GENESIS, seal
from otel_voice.audit_trail.locking import Lock
from otel_voice.audit_trail.spool import SEGMENT_BYTES, SegmentWriter, lock_path

# Records that no file takes wait in memory to be sent, and to be written when the disk has room again.
HELD: Final = 10_000
_SECONDS_BETWEEN_TRIES: Final = 1.0

_T = TypeVar("_T")


@dataclass(frozen=True)
class Receipt:
    """Where a record stands: its stream, its sequence number there, and its hash."""

    stream: str
    sequence: int
    hash: str


@dataclass(frozen=True)
class Held:
    """A record that is in no file yet."""

    sequence: int
    line: str


@dataclass
class Trouble:
    """What went wrong since it was last asked for: the files' error, and how many records are lost for good."""

    error: OSError | None = None
    unwritten: int = 0
    lost: int = 0


class Stream:
    """Records are appended from any thread, from a signal handler and from a finalizer too."""

    def __init__(self, directory: Path, resource: Callable[[], Mapping[str, Any]]) -> None:
        self.id = uuid.uuid4().hex
        self.acknowledged = 0
        self.broken = False
        self._directory = directory
        self._resource = resource
        self._sequence = 0
        self._previous = GENESIS
        self._lock = threading.RLock()
        self._busy = False
        self._interrupting: deque[Mapping[str, Any]] = deque()
        self._held: list[Held] = []
        self._writer: SegmentWriter | None = None
        self._owned: Lock | None = None
        self._failed_at: float | None = None
        self._trouble = Trouble()
        self._syncing = threading.RLock()
        self._synced = 0

    def append(self, content: Mapping[str, Any]) -> Receipt | None:
        """Chain one record and hand it to the operating system; kept in memory where no file takes it.

        None for a record that interrupts this thread in the middle of another: it is chained right after that one.
        """
        with self._lock:
            if self._busy:
                self._interrupting.append(content)
                return None
            return self._undisturbed(lambda: self._link(content))

    def held(self) -> list[Held]:
        """What is in no file."""
        return self._held[:]

    def take_trouble(self) -> Trouble:
        """What went wrong since the last time."""
        with self._lock:
            found, self._trouble = self._trouble, Trouble()
        return found

    def sync(self) -> None:
        """Wait until the disk has every record that was appended before. Raises OSError.

        Threads that come at once share one wait.
        """
        wanted = self._sequence
        with self._syncing:
            if self._synced >= wanted or self._writer is None:
                return
            reached = self._sequence
            self._writer.sync()
            self._synced = reached

    def write_held(self) -> None:
        """Try again to write what is in no file."""
        with self._lock:
            if self._held and not self._busy:
                self._undisturbed(self._write)

    def close(self) -> None:
        """Give the files up, in a forked child those of its parent; nothing is written."""
        if self._writer is not None:
            self._writer.close()
        if self._owned is not None:
            self._owned.release()

    def _undisturbed(self, work: Callable[[], _T]) -> _T:
        """What this thread records meanwhile, in a signal handler or a finalizer, waits until the work is done."""
        self._busy = True
        try:
            done = work()
            while self._interrupting:
                self._link(self._interrupting.popleft())
        except BaseException:
            # It is not known how far it came: what follows begins a new chain.
            self.broken = True
            raise
        finally:
            self._busy = False
        return done

    def _link(self, content: Mapping[str, Any]) -> Receipt:
        sequence = self._sequence + 1
        line, found = seal(content, self.id, sequence, self._previous)
        self._held.append(Held(sequence, line))
        if not self._write():
            self._trouble.unwritten += 1
            self._keep_memory_bounded()
        self._sequence, self._previous = sequence, found
        return Receipt(self.id, sequence, found)

    def _write(self) -> bool:
        """Whether everything is in a file. A disk that refused is not asked again at once."""
        if self._failed_at is not None and time.monotonic() - self._failed_at < _SECONDS_BETWEEN_TRIES:
            return False
        try:
            self._writable().append("".join(f"{each.line}\n" for each in self._held).encode("ascii"))
        except OSError as error:
            self._failed_at = time.monotonic()
            self._trouble.error = error
            return False
        self._failed_at = None
        self._held.clear()
        return True

    def _keep_memory_bounded(self) -> None:
        if len(self._held) > HELD:
            oldest = self._held.pop(0)
            self._trouble.lost += oldest.sequence > self.acknowledged

    def _writable(self) -> SegmentWriter:
        if self._owned is None:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._owned = Lock.acquire(lock_path(self._directory, self.id))
        if self._writer is not None and self._writer.size < SEGMENT_BYTES and not self._writer.spoiled:
            return self._writer
        following = SegmentWriter(self._directory, self.id, self._held[0].sequence, self._resource())
        with self._syncing:
            if self._writer is not None:
                self._writer.sync()
                self._writer.close()
            self._writer = following
        return following
