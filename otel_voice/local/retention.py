"""The store stays under a size: when it grows over it, the conversations heard of least recently go first."""

from __future__ import annotations

import sqlite3
from typing import Final

LIMIT_BYTES: Final = 256 * 1024 * 1024
# Pruning goes on to here, so that a full store is not pruned again at every batch.
_TARGET: Final = 0.8


def prune(connection: sqlite3.Connection, limit: int) -> None:
    """Deletes oldest first until the used pages are under 0.8 of `limit` bytes; needs an open transaction."""
    if _used_bytes(connection) <= limit:
        return
    while _used_bytes(connection) > limit * _TARGET and _delete_oldest(connection):
        pass
    _delete_orphans(connection)


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _delete_oldest(connection: sqlite3.Connection) -> bool:
    """Deletes what is as old as the oldest conversation and belongs to none, else that one; False when all is gone."""
    oldest = connection.execute(
        "SELECT conversation, max(received_ns) AS last FROM span WHERE conversation IS NOT NULL"
        " GROUP BY conversation ORDER BY last LIMIT 1"
    ).fetchone()
    if oldest is None:
        return _delete_loose(connection, _oldest_tenth(connection)) > 0
    if _delete_loose(connection, oldest[1]) == 0:
        _delete_conversation(connection, oldest[0])
    return True


def _delete_conversation(connection: sqlite3.Connection, conversation: str) -> None:
    for table in ("span", "log"):
        connection.execute(f"DELETE FROM {table} WHERE conversation = ?", (conversation,))


def _delete_loose(connection: sqlite3.Connection, until_ns: int) -> int:
    deleted = connection.execute(
        "DELETE FROM span WHERE conversation IS NULL AND received_ns <= ?", (until_ns,)
    ).rowcount
    # A log record may name a conversation of which no span ever came.
    deleted += connection.execute(
        "DELETE FROM log WHERE received_ns <= ? AND (conversation IS NULL OR conversation NOT IN"
        " (SELECT conversation FROM span WHERE conversation IS NOT NULL))",
        (until_ns,),
    ).rowcount
    return deleted + connection.execute("DELETE FROM point WHERE received_ns <= ?", (until_ns,)).rowcount


def _oldest_tenth(connection: sqlite3.Connection) -> int:
    first, last = connection.execute(
        "SELECT min(low), max(high) FROM ("
        "SELECT min(received_ns) AS low, max(received_ns) AS high FROM span"
        " UNION ALL SELECT min(received_ns), max(received_ns) FROM log"
        " UNION ALL SELECT min(received_ns), max(received_ns) FROM point)"
    ).fetchone()
    return 0 if first is None else int(first + (last - first) // 10)


def _delete_orphans(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM exemplar WHERE point NOT IN (SELECT id FROM point)")
    connection.execute(
        "DELETE FROM origin WHERE id NOT IN (SELECT origin FROM span UNION SELECT origin FROM log"
        " UNION SELECT origin FROM point)"
    )
