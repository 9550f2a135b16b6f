"""One log file that is put aside when it is full or its day is over, and what becomes of those put aside.

Several processes may write one file: each writes and rotates under a lock of the directory, and looks whether the file
is still the one it opened. Where the system has no such lock (Windows), one process should write a directory.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows

    def _lock(descriptor: int) -> None:
        """There is none."""

    def _unlock(descriptor: int) -> None:
        """There is none."""

else:

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


DAILY = 0
ALL = -1
_LOCK = ".lock"


@dataclass(frozen=True)
class Rotation:
    """`size` in bytes, or DAILY for a file for each day of UTC; `keep` files put aside, or ALL."""

    size: int = DAILY
    keep: int = 14
    compress: bool = True


class RotatingFile:
    """Appends to `directory/name.log`. Every method may raise OSError, after which the next one begins anew."""

    def __init__(self, directory: Path, name: str, rotation: Rotation) -> None:
        self.path = directory / f"{name}.log"
        self._rotation = rotation
        self._file: int | None = None

    def write(self, data: bytes, now: float) -> None:
        """Append whole lines, all or none of them; `now` is Unix time in seconds."""
        aside = None
        with self._locked():
            descriptor = self._current()
            if self._is_full(descriptor, len(data), now):
                aside = self._put_aside(descriptor, now)
                descriptor = self._current()
            _append(descriptor, data)
        if aside is not None:
            self._keep_in_bounds(aside)

    def close(self) -> None:
        """Let go of the file; the next write opens it again."""
        descriptor, self._file = self._file, None
        if descriptor is not None:
            os.close(descriptor)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path.parent / _LOCK, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            _lock(descriptor)
            yield
        finally:
            # A child that was forked meanwhile has the lock too, and would keep it: it is given back by name.
            _unlock(descriptor)
            os.close(descriptor)

    def _current(self) -> int:
        """The file of that path, opened again where another process has put ours aside."""
        if self._file is not None and not _is(self._file, self.path):
            self.close()
        if self._file is None:
            self._file = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
        return self._file

    def _is_full(self, descriptor: int, more: int, now: float) -> bool:
        found = os.fstat(descriptor)
        if found.st_size == 0:
            return False
        if self._rotation.size != DAILY:
            return found.st_size + more > self._rotation.size
        return _day(found.st_mtime) != _day(now)

    def _put_aside(self, descriptor: int, now: float) -> Path:
        last = os.fstat(descriptor).st_mtime
        stem, number = f"{self.path.stem}-{_stamp(last)}", 0
        while _exists(aside := self.path.with_name(f"{stem}-{number:03d}.log")):
            number += 1
        self.close()  # Windows renames no open file
        self.path.rename(aside)
        return aside

    def _keep_in_bounds(self, aside: Path) -> None:
        if self._rotation.compress:
            _compress(aside)
        if self._rotation.keep == ALL:
            return
        old = sorted(self.path.parent.glob(f"{self.path.stem}-*.log*"))
        for path in old[: max(0, len(old) - self._rotation.keep)]:
            path.unlink(missing_ok=True)


def _append(descriptor: int, data: bytes) -> None:
    """Write all of it; on a disk that is full take back what is half written."""
    before = os.fstat(descriptor).st_size
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError:
        _take_back(descriptor, before)
        raise


def _take_back(descriptor: int, size: int) -> None:
    try:
        os.ftruncate(descriptor, size)
    except OSError:
        return  # what is told is why it could not be written


def _compress(path: Path) -> None:
    """Under a name that is not read before it is whole, so that a crash leaves the original."""
    part = path.with_name(f".{path.name}.gz.part")
    with path.open("rb") as plain, gzip.open(part, "wb") as compressed:
        shutil.copyfileobj(plain, compressed)
    part.replace(path.with_name(f"{path.name}.gz"))
    path.unlink(missing_ok=True)


def _is(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _exists(path: Path) -> bool:
    return path.exists() or path.with_name(f"{path.name}.gz").exists()


def _day(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, timezone.utc).strftime("%Y-%m-%d")


def _stamp(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, timezone.utc).strftime("%Y-%m-%dT%H-%M-%S")
