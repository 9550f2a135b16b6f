"""Opening a store file: made when missing, used when it is ours, refused with one clear line otherwise."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from otel_voice.local.errors import StoreError

# "OVce": marks the file as ours, so that nobody else's database is ever written to.
APPLICATION_ID: Final = 0x4F566365
SCHEMA_VERSION: Final = 1
_SQLITE_MAGIC: Final = b"SQLite format 3\x00"
_BUSY_SECONDS: Final = 10.0

_SCHEMA: Final = """
CREATE TABLE origin (
    id INTEGER PRIMARY KEY, signal TEXT NOT NULL, service TEXT NOT NULL, raw BLOB NOT NULL,
    digest BLOB NOT NULL UNIQUE
);
CREATE TABLE span (
    id INTEGER PRIMARY KEY, trace_id BLOB NOT NULL, span_id BLOB NOT NULL, conversation TEXT, turn TEXT,
    role TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, received_ns INTEGER NOT NULL,
    origin INTEGER NOT NULL, raw BLOB NOT NULL, UNIQUE (trace_id, span_id)
);
CREATE INDEX span_by_conversation ON span (conversation, turn, start_ns);
CREATE INDEX span_by_received ON span (received_ns);
CREATE TABLE log (
    id INTEGER PRIMARY KEY, trace_id BLOB NOT NULL, conversation TEXT, turn TEXT, time_ns INTEGER NOT NULL,
    severity INTEGER NOT NULL, received_ns INTEGER NOT NULL, origin INTEGER NOT NULL, raw BLOB NOT NULL
);
CREATE INDEX log_by_conversation ON log (conversation, turn, time_ns);
CREATE INDEX log_by_trace ON log (trace_id);
CREATE INDEX log_by_received ON log (received_ns);
CREATE TABLE point (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, time_ns INTEGER NOT NULL, received_ns INTEGER NOT NULL,
    origin INTEGER NOT NULL, raw BLOB NOT NULL
);
CREATE INDEX point_by_received ON point (received_ns);
CREATE TABLE exemplar (
    trace_id BLOB NOT NULL, point INTEGER NOT NULL, PRIMARY KEY (trace_id, point)
) WITHOUT ROWID;
CREATE INDEX exemplar_by_point ON exemplar (point);
"""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The store at `path`, made when it does not exist. Raises StoreError; never alters a file that is not ours."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the directory {path.parent}: {error.strerror}; {_CHOICE}") from error
    _refuse_what_is_not_sqlite(path)
    try:
        return _prepared(path)
    except sqlite3.Error as error:
        raise explained(path, error) from error
    except OSError as error:
        raise StoreError(f"cannot open the store {path}: {error.strerror}; {_CHOICE}") from error


def open_for_reading(path: Path) -> sqlite3.Connection:
    """The existing store at `path`, without the right to write. Raises StoreError."""
    _refuse_what_is_not_sqlite(path)
    if not path.exists() or not path.stat().st_size:
        raise StoreError(f"there is no store at {path} yet: `otel-voice run` and `otel-voice demo --keep` make one")
    connection = None
    try:
        connection = _connect(path, "ro")
        _check(path, connection)
        connection.execute("SELECT max(id) FROM span").fetchone()
    except (sqlite3.Error, StoreError) as error:
        if connection is not None:
            connection.close()
        raise error if isinstance(error, StoreError) else explained(path, error) from error
    return connection


def explained(path: Path, error: sqlite3.Error) -> StoreError:
    """What SQLite said, as one line that names the file and the choices."""
    text = str(error)
    if isinstance(error, sqlite3.OperationalError):
        return StoreError(f"cannot use the store {path}: {text}; {_CHOICE}")
    return StoreError(f"the store {path} is damaged ({text}); move it away, or {_CHOICE}")


_CHOICE: Final = "choose another file with --store PATH"


def _refuse_what_is_not_sqlite(path: Path) -> None:
    try:
        if not path.exists():
            return
        if not path.is_file():
            raise StoreError(f"the store {path} is not a file; {_CHOICE}")
        with path.open("rb") as file:
            start = file.read(len(_SQLITE_MAGIC))
    except OSError as error:
        raise StoreError(f"cannot open the store {path}: {error.strerror}; {_CHOICE}") from error
    if start not in (b"", _SQLITE_MAGIC):
        raise StoreError(f"{path} is not an otel-voice store; move it away, or {_CHOICE}")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _prepared(path: Path) -> sqlite3.Connection:
    if path.exists() and path.stat().st_size:
        with closing(_connect(path, "ro")) as looking:
            _check(path, looking)
    # What callers said may be in it: nobody else on the machine reads it.
    path.touch(mode=0o600)
    connection = _connect(path, "rw")
    try:
        _create_when_empty(connection)
        _check(path, connection)
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_size_limit = 16777216")
        # Fails now, not at the first span, when the file may not be written.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except (sqlite3.Error, StoreError):
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """SQLite itself does not wait for whoever else is doing the same at this moment."""
    patience = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > patience:
                raise
            time.sleep(0.01)


def _create_when_empty(connection: sqlite3.Connection) -> None:
    if not _is_empty(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have made the store between the two looks.
        if _is_empty(connection):
            for statement in filter(str.strip, _SCHEMA.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _check(path: Path, connection: sqlite3.Connection) -> None:
    if _is_empty(connection):
        return
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise StoreError(f"{path} is an SQLite file of another program; {_CHOICE}")
    version = _pragma(connection, "user_version")
    if version != SCHEMA_VERSION:
        raise StoreError(
            f"the store {path} has schema version {version} and this otel-voice reads version {SCHEMA_VERSION}: "
            f"upgrade otel-voice, or {_CHOICE}"
        )


def _is_empty(connection: sqlite3.Connection) -> bool:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return not tables and not _pragma(connection, "application_id") and not _pragma(connection, "user_version")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
