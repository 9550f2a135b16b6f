"""What the program gives, as values that JSON can say: redacted, bounded, and never an exception."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

from otel_voice.telemetry.redaction import named, names_a_secret, redact

TEXT_LENGTH: Final = 4096
_BUDGET: Final = 32768
_VALUES: Final = 512
_DEPTH: Final = 5
# A secret that is cut in two is not recognised: so much more is looked at than is kept.
_MARGIN: Final = 1024
_PASSWORD_IN_ADDRESS: Final = re.compile(r"://[^\s/:@]{0,200}:\[secret\]@")
_LONGEST_ID: Final = 256

# What the Collector masks by name, it would mask after the hash was made. It finds nothing to mask in `***`.
_MASK: Final = "***"
_SECRET_NAME: Final = re.compile(
    r"(?:^|[._-])(?:password|passwd|pwd|(?:client_?)?secret|(?:(?:access|auth|refresh|session)_?)?token"
    r"|(?:api|secret|private)[_-]?key|authorization|cookie|ssn|card[_-]?number)$",
    re.IGNORECASE,
)
_SHORTEST_PHONE: Final = 10**6
_BINARY: Final = (bytes, bytearray, memoryview)
_MANY: Final = (Sequence, Set)


def text(value: object, length: int = TEXT_LENGTH) -> str:
    """The value as text of at most about `length` characters, redacted, without half of a surrogate pair."""
    whole = _str(value)
    if len(whole) <= length:
        return _without_secrets(whole)
    kept = _without_secrets(whole[: length + _MARGIN])
    return f"{kept[: max(0, min(length, len(kept) - _MARGIN))]}... ({len(whole)} characters)"


def identifier(value: object) -> str | None:
    """Who or what, as text; None where nobody is named."""
    return None if value is None else text(value, _LONGEST_ID)


def fields(given: Mapping[str, object]) -> dict[str, Any]:
    """The fields of one record."""
    return _Copy().mapping(given, _DEPTH)


class _Copy:
    """One copy of a structure, with a bound for all of it together."""

    def __init__(self) -> None:
        self._values = _VALUES
        self._characters = _BUDGET

    def mapping(self, given: Mapping[Any, object], depth: int) -> dict[str, Any]:
        copied: dict[str, Any] = {}
        for number, (key, value) in enumerate(given.items()):
            if self._values <= 0 or self._characters <= 0:
                copied["..."] = f"{len(given) - number} more"
                break
            name = self._text(key, _LONGEST_ID)
            copied[name] = _MASK if _is_secret(name) else self._value(value, depth, name)
        return copied

    def _many(self, given: Sequence[object] | Set[object], depth: int) -> list[Any]:
        copied: list[Any] = []
        for number, value in enumerate(given):
            if self._values <= 0 or self._characters <= 0:
                copied.append(f"... {len(given) - number} more")
                break
            copied.append(self._value(value, depth))
        return copied

    def _value(self, value: object, depth: int, name: str = "") -> Any:
        self._values -= 1
        try:
            return self._known(named(name, value) if name else value, depth)
        except Exception:  # noqa: BLE001 - the objects are the program's and may do anything
            return f"<{type(value).__name__}>"

    def _known(self, value: object, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return _number(int(value))
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else str(float(value))
        if isinstance(value, _BINARY):
            return f"<{len(value)} bytes>"
        if depth and isinstance(value, Mapping):
            return self.mapping(value, depth - 1)
        if depth and isinstance(value, _MANY) and not isinstance(value, str):
            return self._many(value, depth - 1)
        return self._text(value, TEXT_LENGTH)

    def _text(self, value: object, length: int) -> str:
        made = text(value, min(length, max(0, self._characters)))
        self._characters -= len(made)
        return made


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None or names_a_secret(name)


def _number(value: int) -> int | str:
    """Within 64 bits, and no number of a card or a telephone."""
    if not -(2**63) <= value < 2**63:
        return f"<{value.bit_length()} bits>"
    if abs(value) < _SHORTEST_PHONE:
        return value
    shown = str(value)
    return value if redact(shown) == shown else redact(shown)


def _str(value: object) -> str:
    try:
        if isinstance(value, str):
            return str.__str__(value)
        # A container that is too deep would say all of itself.
        return f"<{type(value).__name__}>" if isinstance(value, (Mapping, *_MANY, *_BINARY)) else str(value)
    except Exception:  # noqa: BLE001 - __str__ is the program's code
        return f"<{type(value).__name__}>"


def _without_secrets(found: str) -> str:
    found = found.encode("utf-8", "backslashreplace").decode()
    return _PASSWORD_IN_ADDRESS.sub(f"://{_MASK}@", redact(found)).replace("[secret]", _MASK)
