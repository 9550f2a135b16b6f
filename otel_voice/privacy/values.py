"""A policy at work on attributes and bodies: values of any nesting, and what the names beside them tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.privacy import cards, phones
from otel_voice.privacy.keys import Told, told_by
from otel_voice.privacy.redactor import Redactor, stands_for

_DEPTH = 16
"""Levels of nested values; what lies deeper cannot be meant to be read, and is left out."""
TOO_DEEP = "[too deep]"

_MANY = 4096


class Values:
    """Takes what is private out of values. What has nothing private in it is given back as the same object."""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self._names: dict[str, Told] = {}

    def attributes(self, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Every value, and every name."""
        return self._mapping(attributes, 0)

    def told(self, name: str) -> Told:
        """What a name tells of its value."""
        return self._name(name)[1]

    def by_name(self, key: str, value: Any) -> Any:
        """A text or number of this name, as far as its name makes it private; what else is in it is not looked for."""
        told = self.told(key)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            return value
        if told == "secret":
            return self._named(told, value, 0)
        return (self._dialled(value) or value) if told == "phone" else value

    def value(self, value: Any, depth: int = 0) -> Any:
        """One value with no name."""
        if isinstance(value, str):
            return self.redactor.text(value)
        if value is None or isinstance(value, (bool, float)):
            return value
        if isinstance(value, int):
            return self._number(value)
        if isinstance(value, (bytes, bytearray)):
            return self._binary(value)
        if depth >= _DEPTH:
            return TOO_DEEP
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, (Sequence, set, frozenset)):
            return self._sequence(value, depth)
        return self.redactor.text(str(value))

    def _mapping(self, mapping: Mapping[Any, Any], depth: int) -> Mapping[str, Any]:
        redacted = {}
        changed = False
        for key, value in mapping.items():
            name, told = self._name(key)
            kept = self._named(told, value, depth + 1)
            changed = changed or kept is not value or name is not key
            redacted[name] = kept
        return redacted if changed else mapping

    def _name(self, key: Any) -> tuple[str, Told]:
        """What a name tells; names repeat, and only clean ones are remembered."""
        known = self._names.get(key) if isinstance(key, str) else None
        if known is not None:
            return key, known
        text = key if isinstance(key, str) else str(key)
        name = self.redactor.text(text)
        told = told_by(name)
        if name is key:
            if len(self._names) >= _MANY:
                self._names.clear()
            self._names[key] = told
        return name, told

    def _named(self, told: Told, value: Any, depth: int) -> Any:
        if told == "nothing" or value is None or isinstance(value, (bool, float)):
            return self.value(value, depth)
        if told == "secret":
            return value if value == "" or stands_for(value) else self.redactor.whole("secret", str(value), str(value))
        if not isinstance(value, (str, int)):
            return self.value(value, depth)
        if told == "id":
            return self.redactor.of_ids.text(value) if isinstance(value, str) else self._number(value)
        return self._phone(value)

    def _phone(self, value: str | int) -> Any:
        return self._dialled(value) or self.value(value)

    def _dialled(self, value: str | int) -> str | None:
        text = str(value)
        return self.redactor.whole("phone", text, phones.canonical(text)) if phones.is_dialled(text) else None

    def _number(self, value: int) -> Any:
        """A card may come as a number; a telephone number that does cannot be told from any other."""
        if 10**12 <= value < 10**19 and cards.is_card(str(value)):
            return self.redactor.whole("card", str(value), str(value))
        return value

    def _binary(self, value: bytes | bytearray) -> Any:
        text = value.decode("utf-8", "backslashreplace")
        redacted = self.redactor.text(text)
        return value if redacted is text else redacted

    def _sequence(self, sequence: Any, depth: int) -> Any:
        redacted = []
        changed = False
        told: Told = "nothing"
        for item in sequence:
            kept = self._named(told, item, depth + 1)
            changed = changed or kept is not item
            redacted.append(kept)
            # The arguments of a command: --api-key, and then the key.
            told = told_by(item.lstrip("-")) if isinstance(item, str) and item.startswith("-") else "nothing"
        return tuple(redacted) if changed else sequence
