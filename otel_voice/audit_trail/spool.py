"""The spool directory: which files a stream has, and one of them open for writing.

<stream>-<first sequence>.jsonl   a header, then one record a line; a stream begins a new one at 16 MiB
<stream>.sent                     the sequence up to which an exporter has said success
<stream>.done                     the same, of a stream without a process that was sent to its end
<stream>.lock                     held by the process that writes, or that sends what a dead one left
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SEGMENT_BYTES: Final = 16 * 1024 * 1024
_SEGMENT: Final = re.compile(r"\A([0-9a-f]{32})-(\d{12})\.jsonl\Z")


@dataclass(frozen=True, order=True)
class Segment:
    """A file of a stream; `first` is the sequence number of its first record."""

    stream: str
    first: int
    path: Path


def segments(directory: Path) -> list[Segment]:
    """Every file of records in the directory, by stream, in order. Raises OSError."""
    found = ((_SEGMENT.match(path.name), path) for path in directory.iterdir())
    return sorted(Segment(matched[1], int(matched[2]), path) for matched, path in found if matched)


def segments_of(directory: Path, stream: str) -> list[Segment]:
    """The files of one stream, in order; none where the directory cannot be read."""
    try:
        return [segment for segment in segments(directory) if segment.stream == stream]
    except OSError:
        return []


def lock_path(directory: Path, stream: str) -> Path:
    """Whoever writes or sends the stream holds this file's lock."""
    return directory / f"{stream}.lock"


def sent_path(directory: Path, stream: str) -> Path:
    """How far the stream was sent, while there may be more to send."""
    return directory / f"{stream}.sent"


def done_path(directory: Path, stream: str) -> Path:
    """How far the stream was sent, when nothing more will come; nobody has to read its files again."""
    return directory / f"{stream}.done"


def read_sent(directory: Path, stream: str) -> int:
    """The sequence up to which the stream was sent; 0 when nothing is known of it."""
    for path in (done_path(directory, stream), sent_path(directory, stream)):
        try:
            return int(path.read_text())
        except (OSError, ValueError):
            continue
    return 0


def finish(directory: Path, stream: str, sequence: int) -> None:
    """Remember that a stream without a process was sent to its end. Raises OSError."""
    write_sent(directory, stream, sequence)
    sent_path(directory, stream).replace(done_path(directory, stream))


def remove(directory: Path, stream: str) -> None:
    """Remove what is left of a stream whose records are gone. Raises OSError."""
    for path in (sent_path(directory, stream), done_path(directory, stream), lock_path(directory, stream)):
        path.unlink(missing_ok=True)


def write_sent(directory: Path, stream: str, sequence: int) -> None:
    """Remember how far the stream was sent. Raises OSError."""
    descriptor = os.open(sent_path(directory, stream), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        # One write of the same length each time: a crash leaves the old number or the new one.
        os.write(descriptor, f"{sequence:020d}\n".encode())
    finally:
        os.close(descriptor)


def header(line: str) -> dict[str, Any] | None:
    """The header that a line holds; None for any other line."""
    if not line.startswith('{"audit_spool":'):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


class SegmentWriter:
    """One file of a stream, made new. Each method raises OSError and then leaves the file as it was.

    `spoiled` says that this was not possible: the file ends with half a line, and nothing may follow it.
    """

    def __init__(self, directory: Path, stream: str, first: int, resource: Mapping[str, Any]) -> None:
        self._directory = directory
        self._descriptor = os.open(
            directory / f"{stream}-{first:012d}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600
        )
        self.size = 0
        self.spoiled = False
        self._listed = False
        try:
            self.append(_header(stream, first, resource))
        except OSError:
            self.close()
            raise

    def append(self, data: bytes) -> None:
        """Hand all of it to the operating system, or none."""
        written = 0
        try:
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
        except OSError:
            if written:
                self._cut()
            raise
        self.size += len(data)

    def _cut(self) -> None:
        try:
            os.ftruncate(self._descriptor, self.size)
        except OSError:
            self.spoiled = True
            raise

    def sync(self) -> None:
        """Wait until the disk has what was appended, and the directory has the file; nothing when it is closed."""
        if self._descriptor < 0:
            return
        os.fsync(self._descriptor)
        if not self._listed and sys.platform != "win32":
            directory = os.open(self._directory, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        self._listed = True

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _header(stream: str, first: int, resource: Mapping[str, Any]) -> bytes:
    known = {"audit_spool": 1, "stream": stream, "first": first, "resource": dict(resource)}
    return json.dumps(known, separators=(",", ":"), default=str).encode() + b"\n"
