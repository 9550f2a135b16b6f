"""What of a stream no exporter has taken yet, in order: from its files, then from memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from otel_voice.audit_trail import spool
from otel_voice.audit_trail.chain import NotARecordError, Sealed, read
from otel_voice.audit_trail.stream import Held

_LONGEST_LINE: Final = 1024 * 1024

_log = logging.getLogger(__name__)


@dataclass
class Batch:
    """Consecutive records of one stream, with the resource they were made under, and where the next begin."""

    records: list[Sealed] = field(default_factory=list)
    resource: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    offset: int = 0


class Unsent:
    """Reads one stream from where it was last acknowledged. For one thread."""

    def __init__(self, directory: Path, stream: str, held: Callable[[], list[Held]] = list) -> None:
        self.stream = stream
        self.acknowledged = spool.read_sent(directory, stream)
        self._directory = directory
        self._held = held
        self._at = Batch()

    def batch(self, limit: int) -> Batch:
        """The next records, at most `limit`; the same again until they are acknowledged. Raises OSError."""
        # Before the files: a record that is written meanwhile is then in both, and never in none.
        held = self._held()
        found = Batch(resource=self._at.resource, path=self._at.path, offset=self._at.offset)
        for segment in spool.segments_of(self._directory, self.stream):
            if found.path is not None and segment.path < found.path:
                continue
            if segment.path != found.path:
                found.path, found.offset = segment.path, 0
            self._read(segment.path, found, limit)
            if len(found.records) >= limit:
                return found
        last = found.records[-1].sequence if found.records else self.acknowledged
        waiting = [each for each in held if each.sequence > last]
        found.records += [read(each.line) for each in waiting[: limit - len(found.records)]]
        return found

    def acknowledge(self, batch: Batch) -> None:
        """An exporter has taken the batch. Raises OSError where that cannot be remembered."""
        self.acknowledged = batch.records[-1].sequence
        self._at = Batch(resource=batch.resource, path=batch.path, offset=batch.offset)
        spool.write_sent(self._directory, self.stream, self.acknowledged)

    def _read(self, path: Path, found: Batch, limit: int) -> None:
        with path.open("rb") as file:
            file.seek(found.offset)
            while len(found.records) < limit and (line := _whole_line(file)) is not None:
                found.offset = file.tell()
                self._add(path, line, found)

    def _add(self, path: Path, line: str, found: Batch) -> None:
        if (header := spool.header(line)) is not None:
            resource = header.get("resource")
            found.resource = resource if isinstance(resource, dict) else {}
            return
        if 0 < _sequence(line) <= self.acknowledged:
            return
        try:
            record = read(line)
        except NotARecordError as error:
            _log.error("otel_voice: %s holds a line that is no audit record (%s): it is not sent", path, error)
            return
        if record.sequence > self.acknowledged:
            found.records.append(record)


def _sequence(line: str) -> int:
    """What the line says of its place, without reading it all; 0 when it does not say.

    In its order of members nothing that the program gave can stand behind the number and look like it.
    """
    _, _, rest = line.rpartition('"sequence":')
    digits = rest.partition(",")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _whole_line(file: BinaryIO) -> str | None:
    """The next line; None for what a crash left in the middle, or a writer has not finished."""
    line = file.readline(_LONGEST_LINE)
    return line.decode("utf-8", "replace") if line.endswith(b"\n") else None
