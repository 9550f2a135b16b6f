"""A Loki export as evidence: the answer of query_range, or the lines of `logcli query --output=jsonl`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from otel_voice.audit_trail.evidence import Evidence, Line, UnreadableError, copies_of
from otel_voice.audit_trail.moments import nanoseconds

_EXPECTED = "expected the JSON of /loki/api/v1/query_range, or the lines of `logcli query --output=jsonl`"


def of_loki(name: str, data: bytes) -> Evidence:
    """What Loki gave, newest first or not: its order is that of its time stamps. Raises UnreadableError."""
    text = data.decode("utf-8", "replace").strip()
    if not text:
        raise UnreadableError(f"{name} is empty: {_EXPECTED}")
    entries = _of_answer(name, text) if _is_answer(text) else _of_lines(name, text)
    found = Evidence(ordered=False, lines=list(entries))
    if not found.lines:
        raise UnreadableError(f"{name} has no log lines: does the query match any, and the time range?")
    return found


def _is_answer(text: str) -> bool:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(whole, dict) and "line" not in whole


def _of_answer(name: str, text: str) -> Iterator[Line]:
    whole = json.loads(text)
    data = whole.get("data", whole)
    result = data.get("result") if isinstance(data, dict) else None
    if not isinstance(result, list) or (isinstance(data, dict) and data.get("resultType", "streams") != "streams"):
        raise UnreadableError(f"{name} holds no log streams: {_EXPECTED}")
    for number, stream in enumerate(result):
        labels = stream.get("stream") if isinstance(stream, dict) else None
        values = stream.get("values") if isinstance(stream, dict) else None
        if not isinstance(labels, dict) or not isinstance(values, list):
            raise UnreadableError(f"{name}: stream {number} has no labels and values: {_EXPECTED}")
        for entry, value in enumerate(values):
            yield _line(f"{name}: stream {number}, entry {entry}", labels, value)


def _line(place: str, labels: dict[str, Any], value: Any) -> Line:
    if not isinstance(value, list) or len(value) < 2 or not isinstance(value[1], str):
        raise UnreadableError(f"{place} is not a time stamp and a line: {_EXPECTED}")
    beside = value[2] if len(value) > 2 and isinstance(value[2], dict) else {}
    metadata = beside.get("structuredMetadata", beside)
    copies = copies_of({**labels, **(metadata if isinstance(metadata, dict) else {})})
    stamp = str(value[0])
    return Line(place, value[1], copies, at=int(stamp) if stamp.isascii() and stamp.isdigit() else None)


def _of_lines(name: str, text: str) -> Iterator[Line]:
    for number, row in enumerate(text.splitlines(), 1):
        if not row.strip():
            continue
        try:
            entry = json.loads(row)
        except (ValueError, RecursionError) as error:
            raise UnreadableError(f"{name}:{number} is no JSON ({error}): {_EXPECTED}") from error
        if not isinstance(entry, dict) or not isinstance(entry.get("line"), str):
            raise UnreadableError(f"{name}:{number} has no `line`: {_EXPECTED}")
        labels = entry.get("labels")
        copies = copies_of(labels if isinstance(labels, dict) else {})
        yield Line(f"{name}:{number}", entry["line"], copies, at=nanoseconds(str(entry.get("timestamp"))))


def of_loki_file(path: Path) -> Evidence:
    """The export in a file. Raises UnreadableError."""
    try:
        return of_loki(path.name, path.read_bytes())
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror}") from error
