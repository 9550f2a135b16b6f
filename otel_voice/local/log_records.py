"""The log records of the store that carry an attribute, as they came."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from otel_voice.local import attributes, store_file

# As bytes, whatever somebody put there.
_WITH: Final = "SELECT id, CAST(raw AS BLOB) FROM log WHERE instr(raw, ?) ORDER BY id"


@dataclass(frozen=True)
class Stored:
    """One log record; `number` is its row, `time_ns` its moment in nanoseconds since 1970.

    One that is `spoiled` could not be read, and is empty.
    """

    number: int
    time_ns: int
    body: Any
    attributes: dict[str, Any]
    spoiled: bool = False


def with_attribute(path: Path, name: str) -> Iterator[Stored]:
    """Every log record that carries the attribute, in the order of arrival, and what is left of one that was spoiled.

    Raises StoreError.
    """
    with closing(store_file.open_for_reading(path)) as connection:
        try:
            rows = connection.execute(_WITH, (name.encode(),))
            for number, raw in rows:
                stored = _read(number, raw)
                if stored.spoiled or name in stored.attributes:
                    yield stored
        except sqlite3.Error as error:
            raise store_file.explained(path, error) from error


def _read(number: int, raw: Any) -> Stored:
    try:
        record = LogRecord.FromString(raw)
    except DecodeError:  # somebody wrote into the row
        return Stored(number, 0, "", {}, spoiled=True)
    return Stored(number, record.time_unix_nano, attributes.value(record.body), attributes.plain(record.attributes))
