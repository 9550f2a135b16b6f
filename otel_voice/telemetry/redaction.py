"""What is said has nothing private in it, and is bounded in size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.privacy import process
from otel_voice.privacy.process import redact

__all__ = ["attributes", "bounded", "named", "names_a_secret", "redact", "value"]


def attributes(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Attributes with nothing private in their values or in their names; a name tells of its value, too."""
    return process.values().attributes(given)


def value(given: Any) -> Any:
    """A value of any nesting with nothing private in it."""
    return process.values().value(given)


def named(name: str, given: Any) -> Any:
    """A text or number of a name, as far as its name makes it private; what else is in it is not looked for."""
    return process.values().by_name(name, given)


def names_a_secret(name: str) -> bool:
    """Whether nothing under this name may leave."""
    return process.values().told(name) == "secret"


def bounded(text: str, length: int) -> str:
    """At most `length` characters. Cut only after redaction: half a secret is still one."""
    return text if len(text) <= length else text[:length] + "…"
