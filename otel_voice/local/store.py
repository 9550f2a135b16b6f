"""The SQLite store: what it accepts is committed before the sender is answered; processes may share it."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final

from otel_voice.local import retention, store_file
from otel_voice.local.errors import StoreError
from otel_voice.local.rows import Batch, LogRow, Origin, PointRow, Row, SpanRow

# Weighing the file costs a few page reads, so it is done once per this many bytes of new rows.
_BYTES_BETWEEN_WEIGHINGS: Final = 1024 * 1024


class Store:
    """A store open for writing. Methods may be called from any thread; they raise StoreError."""

    def __init__(self, path: Path, limit: int = retention.LIMIT_BYTES) -> None:
        self.path = path
        self._limit = limit
        self._connection = store_file.open_for_writing(path)
        self._lock = threading.Lock()
        self._unweighed = 0
        self._closed = False

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, batch: Batch) -> set[int]:
        """Commits all rows of the batch, or none, and gives the ids of their origins.

        A span that is already there is left as it is: a sender that got no answer sends again.
        """
        with self._lock:
            if self._closed:
                raise StoreError(f"the store {self.path} is closed")
            try:
                return self._commit(batch)
            except sqlite3.Error as error:
                self._roll_back()
                raise store_file.explained(self.path, error) from error

    def close(self) -> None:
        """Closes the file; a second call does nothing."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._connection.close()

    def _commit(self, batch: Batch) -> set[int]:
        now = time.time_ns()
        self._connection.execute("BEGIN IMMEDIATE")
        placed = [(self._origin(origin), rows) for origin, rows in batch.origins]
        for origin, rows in placed:
            self._insert(origin, rows, now)
        self._prune_when_heavy(sum(len(row.raw) for row in batch.rows()))
        self._connection.execute("COMMIT")
        return {origin for origin, _ in placed}

    def _prune_when_heavy(self, added: int) -> None:
        self._unweighed += added
        if self._unweighed >= min(_BYTES_BETWEEN_WEIGHINGS, self._limit // 8):
            self._unweighed = 0
            retention.prune(self._connection, self._limit)

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                # A full disk or a damaged file has rolled back by itself; the first error is the one to tell.
                return

    def _origin(self, origin: Origin) -> int:
        digest = hashlib.blake2b(origin.raw, digest_size=16, person=origin.signal.encode()).digest()
        self._connection.execute(
            "INSERT OR IGNORE INTO origin (signal, service, raw, digest) VALUES (?, ?, ?, ?)",
            (origin.signal, origin.service, origin.raw, digest),
        )
        found = self._connection.execute("SELECT id FROM origin WHERE digest = ?", (digest,)).fetchone()
        return int(found[0])

    def _insert(self, origin: int, rows: Iterable[Row], now: int) -> None:
        for row in rows:
            if isinstance(row, SpanRow):
                self._insert_span(origin, row, now)
            elif isinstance(row, LogRow):
                self._insert_log(origin, row, now)
            else:
                self._insert_point(origin, row, now)

    def _insert_span(self, origin: int, row: SpanRow, now: int) -> None:
        self._connection.execute(
            "INSERT OR IGNORE INTO span (trace_id, span_id, conversation, turn, role, start_ns, end_ns,"
            " received_ns, origin, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.trace_id,
                row.span_id,
                row.conversation,
                row.turn,
                row.role,
                row.start_ns,
                row.end_ns,
                now,
                origin,
                row.raw,
            ),
        )

    def _insert_log(self, origin: int, row: LogRow, now: int) -> None:
        self._connection.execute(
            "INSERT INTO log (trace_id, conversation, turn, time_ns, severity, received_ns, origin, raw)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (row.trace_id, row.conversation, row.turn, row.time_ns, row.severity, now, origin, row.raw),
        )

    def _insert_point(self, origin: int, row: PointRow, now: int) -> None:
        added = self._connection.execute(
            "INSERT INTO point (name, time_ns, received_ns, origin, raw) VALUES (?, ?, ?, ?, ?)",
            (row.name, row.time_ns, now, origin, row.raw),
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO exemplar (trace_id, point) VALUES (?, ?)",
            [(trace_id, added.lastrowid) for trace_id in row.trace_ids],
        )
