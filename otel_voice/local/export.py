"""The store as OTLP/JSON: `resourceSpans`, `resourceLogs` and `resourceMetrics`, with nothing left out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ResourceMetrics
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

from otel_voice.local import otlp_json, store_file
from otel_voice.local.conversations import TRACES_OF_ONE

_OF_ITS_TRACES: Final = f"conversation IS NULL AND trace_id IN ({TRACES_OF_ONE})"
# One resource entry holds at most this many items, so that a store of any size is written in little memory.
_ITEMS_PER_ENTRY: Final = 1000
_KINDS: Final[dict[str, tuple[str, Any, Any, str, str, str]]] = {
    "resourceSpans": ("span", ResourceSpans, Span, "scope_spans", "spans", f"conversation = ?1 OR {_OF_ITS_TRACES}"),
    "resourceLogs": (
        "log",
        ResourceLogs,
        LogRecord,
        "scope_logs",
        "log_records",
        f"conversation = ?1 OR {_OF_ITS_TRACES}",
    ),
    "resourceMetrics": (
        "point",
        ResourceMetrics,
        Metric,
        "scope_metrics",
        "metrics",
        f"id IN (SELECT point FROM exemplar WHERE trace_id IN ({TRACES_OF_ONE}))",
    ),
}


def pieces(path: Path, conversation: str | None) -> Iterator[str]:
    """The JSON document of one conversation, or of the whole store, in pieces. Raises StoreError.

    Metric points belong to a conversation when an exemplar of theirs lies in one of its traces.
    """
    with closing(store_file.open_for_reading(path)) as connection:
        try:
            yield "{"
            for number, name in enumerate(_KINDS):
                yield f'{"," if number else ""}\n"{name}": ['
                yield from _joined(_entries(connection, name, conversation))
                yield "]"
            yield "\n}\n"
        except sqlite3.Error as error:
            raise store_file.explained(path, error) from error


def _joined(entries: Iterator[Any]) -> Iterator[str]:
    for number, entry in enumerate(entries):
        yield ("," if number else "") + "\n" + json.dumps(otlp_json.tree(entry), separators=(",", ":"))


def _entries(connection: sqlite3.Connection, name: str, conversation: str | None) -> Iterator[Any]:
    table, container, item, scopes, items, condition = _KINDS[name]
    where, values = ("1", ()) if conversation is None else (condition, (conversation,))
    found = connection.execute(
        f"SELECT one.origin, one.raw, origin.raw FROM {table} AS one JOIN origin ON origin.id = one.origin"
        f" WHERE one.id IN (SELECT id FROM {table} WHERE {where}) ORDER BY one.origin, one.id",
        values,
    )
    numbered = ((row[0], number // _ITEMS_PER_ENTRY, row) for number, row in enumerate(found))
    for _, group in groupby(numbered, key=lambda one: one[:2]):
        entry = None
        for _, _, (_, raw, origin) in group:
            entry = entry or container.FromString(origin)
            getattr(getattr(entry, scopes)[0], items).append(item.FromString(raw))
        yield entry
