"""The log records of the store that carry an attribute, as they came."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from otel_voice.local import attributes, store_file


@dataclass(frozen=True)
class Stored:
    """One log record; `number` is its row."""

    number: int
    body: Any
    attributes: dict[str, Any]


def with_attribute(path: Path, name: str) -> Iterator[Stored]:
    """Every log record that carries the attribute, in the order of arrival. Raises StoreError."""
    with closing(store_file.open_for_reading(path)) as connection:
        try:
            rows = connection.execute("SELECT id, raw FROM log WHERE instr(raw, ?) ORDER BY id", (name.encode(),))
            for number, raw in rows:
                record = LogRecord.FromString(raw)
                found = attributes.plain(record.attributes)
                if name in found:
                    yield Stored(number, attributes.value(record.body), found)
        except sqlite3.Error as error:
            raise store_file.explained(path, error) from error
