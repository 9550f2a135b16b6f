"""What is verified: lines, each with the place where it stands, read from a spool, a Loki export or the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from otel_voice.audit_trail import spool


class UnreadableError(Exception):
    """The evidence cannot be read; the message names the file and what is expected."""


@dataclass(frozen=True)
class Line:
    """One line. `copies` is what was stored beside it under the names of attributes, as text.

    `at` is the moment under which it was stored, in nanoseconds since 1970, where it has one.
    """

    place: str
    text: str
    copies: Mapping[str, str] = field(default_factory=dict)
    torn: bool = False
    at: int | None = None


@dataclass
class Evidence:
    """Lines in the order they stand; `ordered` says whether that order means anything.

    `resent` says whether a sender that died may have brought what came last a second time.

    `begins` is the sequence number with which a file says that it begins, `sent` up to which it is known to have been
    sent, both by stream.
    """

    ordered: bool
    resent: bool = False
    lines: list[Line] = field(default_factory=list)
    begins: dict[str, tuple[int, str]] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)


def of_spool(path: Path) -> Evidence:
    """A spool directory, or one file of it. Raises UnreadableError."""
    try:
        if not path.is_dir():
            return of_lines(path.name, path.read_bytes())
        return _of_directory(path)
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror}") from error


def of_lines(name: str, data: bytes) -> Evidence:
    """The lines of one file, or of standard input."""
    found = Evidence(ordered=True)
    _add_file(found, name, data)
    return found


def _of_directory(path: Path) -> Evidence:
    segments = spool.segments(path)
    if not segments:
        raise UnreadableError(f"no audit records in {path}: its files are named STREAM-SEQUENCE.jsonl")
    found = Evidence(ordered=True)
    for segment in segments:
        _add_file(found, segment.path.name, segment.path.read_bytes())
        found.sent[segment.stream] = spool.read_sent(path, segment.stream)
    return found


def _add_file(found: Evidence, name: str, data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    rows = text.split("\n")
    last = rows.pop()
    for number, row in enumerate(rows, 1):
        _add(found, Line(f"{name}:{number}", row))
    if last:
        _add(found, Line(f"{name}:{len(rows) + 1}", last, torn=True))


def _add(found: Evidence, line: Line) -> None:
    header = spool.header(line.text)
    if header is None:
        found.lines.append(line)
        return
    stream, first = header.get("stream"), header.get("first")
    if isinstance(stream, str) and isinstance(first, int):
        earliest, _ = found.begins.get(stream, (first, ""))
        if first <= earliest:
            found.begins[stream] = (first, line.place)


def copies_of(labels: Mapping[str, Any]) -> dict[str, str]:
    """The copies that a store keeps beside a record, under its attributes' names or Loki's form of them."""
    wanted = {"stream", "sequence", "previous_hash", "hash", "actor", "subject"}
    found = {}
    for name, value in labels.items():
        short = name.replace("_", ".", 2).removeprefix("voice.audit.")
        if name.startswith(("voice.audit.", "voice_audit_")) and short in wanted:
            found[short] = str(value)
    return found
