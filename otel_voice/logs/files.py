"""Log files, one for each category, written by one thread of ours so that nobody who logs waits for a disk."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from pathlib import Path

from otel_voice.logs import access
from otel_voice.logs.dropped import QUEUE_FULL, WRITE_FAILED, Dropped
from otel_voice.logs.intake import UNLIMITED, Told
from otel_voice.logs.rendering import JsonLines
from otel_voice.logs.rotation import ALL, RotatingFile, Rotation
from otel_voice.telemetry import names

_log = logging.getLogger("otel_voice.export.files")

QUEUE = 16384
"""Records that wait to be written; beyond it they are dropped and counted."""
_RESERVE = 4 * QUEUE
"""Of security and audit, which are dropped last."""
_PAUSE = 0.1
"""Seconds in which records gather to be written together."""
_BATCH = 1024
_STEP = 0.01

DIRECTORIES = {
    "app": "app",
    "access": "access",
    "error": "errors",
    "security": "security",
    "audit": "audit",
    "performance": "performance",
}


class LogFiles:
    """Writes records below `directory`: `app/app.log`, `errors/errors.log`, and so on. Never raises.

    What cannot be written is told once, until something could be written again, and counted.
    """

    def __init__(self, directory: Path, rotation: Rotation, form: JsonLines, dropped: Dropped) -> None:
        self._directory = directory
        self._rotation = rotation
        self._form = form
        self._dropped = dropped
        self._files: dict[str, RotatingFile] = {}
        self.start_afresh()

    def put(self, told: Told) -> None:
        """Have the record written soon."""
        if len(self._queue) >= QUEUE and not self._has_room(told):
            self._dropped.count(category_of(told), QUEUE_FULL, 1)
            return
        self._queue.append(told)
        if not self._woken:
            self._wake()

    def flush(self) -> None:
        """Write what waits; returns when it is on its way to the disk."""
        with self._writing:
            while self._queue:
                self._write_some()

    def drain(self, seconds: float) -> None:
        """Have what waits written, and wait for that, no longer than this: a disk may hang for ever."""
        if self._thread is None or not self._thread.is_alive():
            self.flush()
            return
        deadline = time.monotonic() + seconds
        while self._queue and time.monotonic() < deadline:
            self._work.set()
            time.sleep(_STEP)
        if self._writing.acquire(timeout=max(0.0, deadline - time.monotonic())):
            self._writing.release()
        if self._queue:
            _log.warning(
                "otel_voice: %d log records not written to %s within %g s (OTEL_VOICE_EXIT_TIMEOUT); they are lost",
                len(self._queue),
                self._directory,
                seconds,
            )

    def close(self) -> None:
        """Write what waits, and let go of the files."""
        self.flush()
        self._closed = True
        self._work.set()
        self._close_files()

    def start_afresh(self) -> None:
        """At the beginning and in a forked child: own locks and thread, and nothing that the parent writes."""
        self._close_files()
        self._queue: deque[Told] = deque()
        self._writing = threading.Lock()
        self._work = threading.Event()
        self._starting = threading.Lock()
        self._woken = False
        self._closed = False
        self._thread: threading.Thread | None = None
        self._failing = False

    def _has_room(self, told: Told) -> bool:
        return category_of(told) in UNLIMITED and len(self._queue) < _RESERVE

    def _wake(self) -> None:
        self._woken = True
        if self._thread is None:
            self._start()
        self._work.set()

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            self._thread = threading.Thread(name="otel_voice.logs.files", target=self._run, daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            return  # an interpreter that is ending starts no thread; its exit writes the rest

    def _run(self) -> None:
        work = self._work
        while not self._closed:
            work.wait()
            work.clear()
            time.sleep(_PAUSE)
            self._woken = False
            self.flush()

    def _write_some(self) -> None:
        """Some of what waits; under the lock of those who write."""
        lines: dict[str, list[str]] = {}
        for _ in range(_BATCH):
            try:
                told = self._queue.popleft()
            except IndexError:
                break
            category = category_of(told)
            try:
                lines.setdefault(category, []).append(self._line(told))
            except Exception as error:  # noqa: BLE001 - one record must not end the thread that writes the others
                self._lose(category, 1, error)
        for category, some in lines.items():
            self._append(category, some)

    def _append(self, category: str, lines: list[str]) -> None:
        try:
            self._file(category).write(("\n".join(lines) + "\n").encode("utf-8", "replace"), time.time())
            self._failing = False
        except Exception as error:  # noqa: BLE001 - whatever a disk does, the thread goes on
            self._lose(category, len(lines), error)

    def _lose(self, category: str, records: int, error: Exception) -> None:
        self._dropped.count(category, WRITE_FAILED, records)
        self._tell_failure(category, error)

    def _file(self, category: str) -> RotatingFile:
        file = self._files.get(category)
        if file is None:
            name = DIRECTORIES[category]
            keep = ALL if category in UNLIMITED else self._rotation.keep
            rotation = Rotation(self._rotation.size, keep, self._rotation.compress)
            file = self._files[category] = RotatingFile(self._directory / name, name, rotation)
        return file

    def _line(self, told: Told) -> str:
        attributes = told.record.attributes or {}
        if category_of(told) == "access":
            line = access.combined(attributes, told.record.timestamp or 0)
            if line is not None:
                return line
        return self._form.line(told)

    def _tell_failure(self, category: str, error: Exception) -> None:
        if self._failing:
            return
        self._failing = True
        _log.warning(
            "otel_voice: log records are not written to %s: %s. They are counted in %s until this is mended; "
            "check the directory named by OTEL_VOICE_LOG_DIR.",
            self._directory / DIRECTORIES[category],
            error,
            names.METRIC_VOICE_LOG_DROPPED,
        )

    def _close_files(self) -> None:
        for file in self._files.values():
            try:
                file.close()
            except OSError:
                continue
        self._files.clear()


def category_of(told: Told) -> str:
    """One of the six categories."""
    category = (told.record.attributes or {}).get(names.VOICE_LOG_CATEGORY)
    return category if isinstance(category, str) and category in DIRECTORIES else "app"
