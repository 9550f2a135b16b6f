"""The stack's files for one folder: as they are shipped, or rendered with the values that its owner has there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from otel_voice.monitoring.errors import ValuesError
from otel_voice.monitoring.rendering import rendered
from otel_voice.monitoring.values import PATH, Values, own_values, shipped_values
from otel_voice.stack.errors import StackError
from otel_voice.stack.folder import changed_by_owner
from otel_voice.stack.shipped import files


def files_for(folder: Path) -> dict[str, bytes]:
    """The content of every file by its path. Raises StackError, also where the owner's values will not do."""
    shipped = files()
    own = changed_by_owner(folder, PATH)
    if own is None:
        return shipped
    try:
        theirs = own_values(shipped[PATH].decode(), _text(own, folder / PATH), str(folder / PATH))
        return _rendered_again(shipped, theirs)
    except ValuesError as error:
        raise StackError(str(error)) from error


def _rendered_again(shipped: Mapping[str, bytes], values: Values) -> dict[str, bytes]:
    """What the shipped values make and these do not is left out."""
    replaced = rendered(shipped_values(shipped[PATH].decode()))
    kept = {path: content for path, content in shipped.items() if path not in replaced}
    return {**kept, **{path: text.encode() for path, text in rendered(values).items()}}


def _text(content: bytes, path: Path) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise StackError(f"{path}: this is no text in UTF-8: {error.reason} at byte {error.start}") from error
