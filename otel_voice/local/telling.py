"""What the store keeps of a span of time: spans, events and the names of metrics, for whoever counts them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from otel_voice.local import attributes, store_file
from otel_voice.local.errors import StoreError


@dataclass(frozen=True)
class ToldSpan:
    """A span of the store; `role` as in rows.py, times are Unix nanoseconds."""

    role: str
    service: str
    start_ns: int
    end_ns: int
    failed: bool
    attributes: dict[str, Any]


@dataclass(frozen=True)
class ToldEvent:
    """An event of the store."""

    name: str
    service: str
    time_ns: int
    attributes: dict[str, Any]


class Told:
    """A store open for reading, by time; from one thread at a time. Methods raise StoreError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = store_file.open_for_reading(path)

    def __enter__(self) -> Told:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def spans(self, since_ns: int, until_ns: int) -> Iterator[ToldSpan]:
        """The spans that ended from `since_ns` on, before `until_ns`, and say what they are of, in this order."""
        found = self._rows(
            "SELECT role, service, start_ns, end_ns, span.raw FROM span JOIN origin ON origin.id = span.origin"
            " WHERE end_ns >= ? AND end_ns < ? AND role != 'other' ORDER BY end_ns",
            since_ns,
            until_ns,
        )
        for role, service, start, end, raw in found:
            span = self._decoded(Span, raw)
            failed = span.status.code == Status.STATUS_CODE_ERROR
            yield ToldSpan(role, service, start, end, failed, attributes.plain(span.attributes))

    def events(self, since_ns: int, until_ns: int) -> Iterator[ToldEvent]:
        """The log records of that time that are events, in this order."""
        found = self._rows(
            "SELECT service, time_ns, log.raw FROM log JOIN origin ON origin.id = log.origin"
            " WHERE time_ns >= ? AND time_ns < ? ORDER BY time_ns",
            since_ns,
            until_ns,
        )
        for service, time_ns, raw in found:
            record = self._decoded(LogRecord, raw)
            if record.event_name:
                yield ToldEvent(record.event_name, service, time_ns, attributes.plain(record.attributes))

    def metrics(self, since_ns: int, until_ns: int, service: str | None) -> Iterator[tuple[str, int]]:
        """The names of metrics of which a point came in that time, and the moments of the points."""
        found = self._rows(
            "SELECT DISTINCT name, time_ns FROM point JOIN origin ON origin.id = point.origin"
            " WHERE time_ns >= ?1 AND time_ns < ?2 AND (?3 IS NULL OR service = ?3)",
            since_ns,
            until_ns,
            service,
        )
        yield from found

    def services(self) -> list[str]:
        """Everybody who sent something."""
        return [row[0] for row in self._rows("SELECT DISTINCT service FROM origin ORDER BY service")]

    def oldest_ns(self) -> int | None:
        """The first moment that is in the store; None when it is empty."""
        query = (
            "SELECT min(first) FROM (SELECT min(start_ns) AS first FROM span UNION ALL SELECT min(time_ns) FROM log)"
        )
        found = next(self._rows(query))[0]
        return None if found is None else int(found)

    def _rows(self, query: str, *values: object) -> Iterator[Any]:
        try:
            # No `yield from`: left early it closes the cursor, by then of a store that may be closed.
            for row in self._connection.execute(query, values):  # noqa: UP028
                yield row
        except sqlite3.Error as error:
            raise store_file.explained(self.path, error) from error

    def _decoded(self, kind: Any, raw: bytes) -> Any:
        try:
            return kind.FromString(raw)
        except DecodeError as error:
            raise StoreError(
                f"the store {self.path} is damaged ({error}); move it away, or choose another file with --store PATH"
            ) from error
