"""One record of a chain as one line of JSON whose last member is its hash. Whoever reads only the lines can verify.

The hash is SHA-256 over the line without that member: `{"a":1,"hash":"..."}` is hashed as `{"a":1}`. What is stored
and sent is this very line, so that nobody has to write JSON exactly as we do.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

GENESIS: Final = "0" * 64
"""What the first record of a stream continues."""

_SEALED: Final = re.compile(r'\A(\{.*),"hash":"([0-9a-f]{64})"\}\Z', re.DOTALL)


class NotARecordError(ValueError):
    """The text is no record of an audit chain; the message says what it lacks."""


@dataclass(frozen=True)
class Sealed:
    """A record in its chain. `hash` is what the line claims, `content_hash` what its content has."""

    line: str
    stream: str
    sequence: int
    previous: str
    hash: str
    content_hash: str
    content: Mapping[str, Any]

    @property
    def intact(self) -> bool:
        """Whether the content is what was hashed."""
        return self.hash == self.content_hash


def seal(content: Mapping[str, Any], stream: str, sequence: int, previous: str) -> tuple[str, str]:
    """The line of a record, and its hash. `content` holds nothing but what JSON can say."""
    members = {**content, "stream": stream, "sequence": sequence, "previous": previous}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    found = _hash(text)
    return f'{text[:-1]},"hash":"{found}"}}', found


def read(line: str) -> Sealed:
    """The record that a line holds. Raises NotARecordError."""
    matched = _SEALED.match(line.strip())
    if matched is None:
        raise NotARecordError("it does not end with a hash")
    text = matched[1] + "}"
    content = _object(text)
    stream, sequence, previous = (content.get(name) for name in ("stream", "sequence", "previous"))
    if not isinstance(stream, str) or not isinstance(previous, str):
        raise NotARecordError("it has no stream or no previous hash")
    if not isinstance(sequence, int) or isinstance(sequence, bool) or sequence < 1:
        raise NotARecordError("it has no sequence number")
    return Sealed(line.strip(), stream, sequence, previous, matched[2], _hash(text), content)


def _object(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotARecordError(f"it is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise NotARecordError("it is no JSON object")
    return content


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
