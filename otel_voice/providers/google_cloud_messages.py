"""Messages of Google Cloud's clients: wrapped by `proto-plus`, plain, or dictionaries in their place.

A wrapped message is slow to look into; the plain one in it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call


def plain(message: Any) -> Any:
    """The message without its wrapper."""
    return getattr(message, "_pb", message)


def member(message: Any, *names: str) -> Any:
    """A member of a member; None where one is absent, or empty, which is the same on the wire."""
    for name in names:
        message = plain(message)
        message = message.get(name) if isinstance(message, Mapping) else getattr(message, name, None)
        if message is None:
            return None
    return plain(message) or None


def argument(call: Call, name: str) -> Any:
    """A field of a request, which is given as an argument of its own or within the request."""
    flattened = call.kwargs.get(name)
    return plain(flattened) if flattened is not None else member(call.argument(0, "request"), name)


def has(message: Any, name: str) -> bool:
    """Whether a plain message, or a dictionary, has this member."""
    return name in message if isinstance(message, Mapping) else bool(message.HasField(name))


def choice(message: Any, name: str) -> str | None:
    """What a member says that is one of an enumeration, in lower case; None when it says nothing."""
    value, message = member(message, name), plain(message)
    if value is None or isinstance(value, str):
        return None if value is None else value.lower()
    if isinstance(message, Mapping):
        named = getattr(value, "name", None)  # a mere number in a dictionary tells nobody what it stands for
    else:
        known = message.DESCRIPTOR.fields_by_name[name].enum_type.values_by_number.get(value)
        named = None if known is None else known.name
    return named.lower() if isinstance(named, str) else None


def seconds(message: Any, name: str) -> float | None:
    """A duration in seconds; None when it is not said."""
    if not has(message, name):
        return None
    found = getattr(message, name)
    return float(found.seconds + found.nanos / 1e9)
