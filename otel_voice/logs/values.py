"""Values of the program as OTLP can carry them: redacted, bounded, and text that can be encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from opentelemetry.version import __version__

Redact = Callable[[str], str]

LENGTH = 32768
"""Characters of a text; a stack of a hundred frames has a third of it."""
_MARGIN = 8192
"""Redacted beyond what is kept, and more than the longest secret: half a secret is still one."""
NAMELESS = "_"
"""Stands for a name without a character, which OTLP refuses."""
_DEPTH = 4
_ITEMS = 512
"""Of a value, in all its levels."""

_PLAIN = frozenset((bool, float, type(None)))
_BINARY = (bytes, bytearray, memoryview)
_MANY = (Sequence, set, frozenset)
_LARGEST = 2**63
# Before, the SDK keeps nothing of a sequence whose items are of several types, and says so each time.
_TAKES_MIXTURES = tuple(map(int, __version__.split(".")[:2])) >= (1, 45)


def told(text: str, redact: Redact) -> str:
    """The text as it may be told: no longer than LENGTH, redacted, and with nothing in it that is no character."""
    if len(text) > LENGTH:
        return _cut(text, redact)
    return redact(text if text.isascii() else encodable(text))


def encodable(text: str) -> str:
    """Half a surrogate pair cannot be encoded, and would cost the whole batch that it is in."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def clean(value: object, redact: Redact) -> Any:
    """What OTLP can carry: containers as they are, to a few levels and items, anything else as text."""
    kind = type(value)
    if kind is str:
        return told(value, redact)  # type: ignore[arg-type]
    if kind in _PLAIN:
        return value
    return _Cleaner(redact).clean(value, _DEPTH)


def text_of(value: object) -> str:
    """`str(value)`, or its class where that fails."""
    try:
        return str.__str__(value) if isinstance(value, str) else str(value)
    except Exception:  # noqa: BLE001 - __str__ is the program's code
        return f"<{type(value).__name__}>"


def _cut(text: str, redact: Redact) -> str:
    redacted = redact(encodable(text[: LENGTH + _MARGIN]))
    # Redacting shortens: what is kept must end before the place where a secret may have been cut in two.
    kept = redacted[: min(LENGTH, max(0, len(redacted) - _MARGIN))]
    return f"{kept}… [{len(text)} characters]"


class _Cleaner:
    """Cleans one value; counts its items, for what holds itself has no end."""

    __slots__ = ("_left", "_redact")

    def __init__(self, redact: Redact) -> None:
        self._redact = redact
        self._left = _ITEMS

    def clean(self, value: object, depth: int) -> Any:
        self._left -= 1
        if type(value) in _PLAIN:
            return value
        if isinstance(value, str):
            return told(text_of(value), self._redact)
        if type(value) is int:
            return value if -_LARGEST <= value < _LARGEST else str(value)[:LENGTH]
        if isinstance(value, _BINARY):
            return f"<{len(value)} bytes>"
        return self._container(value, depth)

    def _container(self, value: object, depth: int) -> Any:
        try:
            if isinstance(value, Mapping):
                return self._mapping(value, depth) if depth else _counted(value)
            if isinstance(value, _MANY):
                return self._sequence(value, depth) if depth else _counted(value)
        except Exception:  # noqa: BLE001 - a container is the program's object: it may change meanwhile, or fail
            return f"<{type(value).__name__}>"
        return told(text_of(value), self._redact)

    def _sequence(self, value: Iterable[Any], depth: int) -> list[Any]:
        items = [self.clean(item, depth - 1) for item in self._some(value)]
        if _TAKES_MIXTURES or len({type(item) for item in items if item is not None}) < 2:
            return items
        return [item if item is None else text_of(item) for item in items]

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        return {self._key(key): self.clean(item, depth - 1) for key, item in self._some(value.items())}

    def _key(self, key: object) -> str:
        return told(text_of(key), self._redact) or NAMELESS

    def _some(self, items: Iterable[Any]) -> Iterable[Any]:
        for item in islice(items, _ITEMS):
            if self._left <= 0:
                return
            yield item


def _counted(value: Any) -> str:
    """A container too deep to be looked into; its text may be endless work."""
    return f"<{type(value).__name__} of {len(value)}>"
