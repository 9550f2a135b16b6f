"""Brings a folder to the shipped version of the stack's files and keeps what its owner changed.

A record in the folder says what was written there last, so that a file that its owner changed is told from one that
is merely old.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from otel_voice.stack.errors import StackError

RECORD: Final = ".otel-voice-stack.json"
"""What was written last: the digest of each file."""

ASIDE: Final = "otel-voice-new"
"""Where the shipped version of a file goes whose owner changed it. Not beside it: Loki loads each file of a folder."""

# The programs of the stack run as users of their own and must be able to read this, whatever the umask says.
_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755


class Change(Enum):
    """What became of one file."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    KEPT = "kept"
    """Its owner changed it, and we did not."""
    DIFFERS = "differs"
    """Its owner changed it, and so did we: theirs is kept, ours is in the folder ASIDE."""
    ORPHANED = "orphaned"
    """Its owner changed it, and we ship it no more."""


@dataclass(frozen=True)
class _File:
    """One path: what we ship, what is there, what we wrote there last (as a digest), whether ours lies aside."""

    ours: bytes | None
    theirs: bytes | None
    written: str | None
    aside: bool

    def change(self) -> Change | None:
        """What is to be done with it; None when there is nothing on either side."""
        if self.ours is None:
            return self._without_ours()
        if self.theirs is None:
            return Change.CREATED
        if self.theirs == self.ours:
            return Change.UNCHANGED
        if _digest(self.theirs) == self.written:
            return Change.UPDATED
        seen = self.written == _digest(self.ours) and not self.aside
        return Change.KEPT if seen else Change.DIFFERS

    def _without_ours(self) -> Change | None:
        if self.theirs is None:
            return None
        return Change.REMOVED if _digest(self.theirs) == self.written else Change.ORPHANED


def bring_up_to_date(folder: Path, shipped: Mapping[str, bytes]) -> dict[str, Change]:
    """What became of each file. The folder is made when it is missing. Raises StackError."""
    written = _record(folder)
    if folder.is_file():
        raise StackError(f"{folder} is a file: name a directory, one that exists or a new one")
    changes = {}
    for path in sorted({*shipped, *written}):
        aside = _content(folder / ASIDE / path) is not None
        change = _File(shipped.get(path), _content(folder / path), written.get(path), aside).change()
        if change is not None:
            changes[path] = change
    # Everything is decided before the first file is touched: what cannot be read stops it here.
    for path, change in changes.items():
        _carry_out(change, folder, path, shipped)
    _write(folder / RECORD, _as_record({path: _digest(content) for path, content in shipped.items()}))
    return changes


def changed_by_owner(folder: Path, path: str) -> bytes | None:
    """The content of a file that its owner wrote or changed; None when it is missing, or as it was written last."""
    content = _content(folder / path)
    return None if content is None or _digest(content) == _record(folder).get(path) else content


def _carry_out(change: Change, folder: Path, path: str, shipped: Mapping[str, bytes]) -> None:
    if change in (Change.CREATED, Change.UPDATED):
        _write(folder / path, shipped[path])
    elif change is Change.DIFFERS:
        _write(folder / ASIDE / path, shipped[path])
    elif change is Change.REMOVED:
        _remove(folder / path)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _as_record(digests: Mapping[str, str]) -> bytes:
    note = "written by `otel-voice stack init`: the sha256 of each file as it was written"
    return f"{json.dumps({'note': note, 'files': digests}, indent=1)}\n".encode()


def _record(folder: Path) -> dict[str, str]:
    """What was written last; nothing when there is no record or it is damaged: then every difference is its owner's."""
    content = _content(folder / RECORD)
    try:
        files = json.loads(content or b"{}").get("files", {})
        return {path: digest for path, digest in files.items() if _is_below(path) and isinstance(digest, str)}
    except (ValueError, AttributeError):
        return {}


def _is_below(path: str) -> bool:
    return not Path(path).is_absolute() and ".." not in Path(path).parts


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError as error:
        # Docker makes a folder where a file is missing that a container wants.
        raise StackError(f"{path} is a directory where a file belongs: remove it, then try again") from error
    except OSError as error:
        raise StackError(f"cannot read {path}: {error.strerror}; make it readable, or choose another DIR") from error


def _write(path: Path, content: bytes) -> None:
    """The whole file or none of it."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        _make_folder(path.parent)
        unfinished.write_bytes(content)
        unfinished.chmod(_FILE_MODE)
        unfinished.replace(path)
    except OSError as error:
        raise StackError(f"cannot write {path}: {error.strerror}; make it writable, or choose another DIR") from error


def _make_folder(folder: Path) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        one.chmod(_FOLDER_MODE)


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise StackError(f"cannot remove {path}: {error.strerror}; remove it by hand") from error
