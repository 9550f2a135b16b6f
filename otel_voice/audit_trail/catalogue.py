"""The events of the schema that are audit or security records. An event that is not there is told once, and sent."""

from __future__ import annotations

import difflib
import logging
from functools import cache
from typing import Final, Literal

from otel_voice.telemetry import names

Category = Literal["audit", "security"]

_TOLD_AT_MOST: Final = 100
_SEVERITY: Final[dict[Category, str]] = {"audit": "INFO", "security": "WARN"}

_log = logging.getLogger(__name__)
_told: set[tuple[str, str]] = set()


@cache
def declared(category: Category) -> dict[str, str]:
    """The events of a category by their short names: `data.access` is voice.audit.data.access."""
    prefix = f"voice.{category}."
    return {name.removeprefix(prefix): name for name, event in names.EVENTS.items() if event.category == category}


def full_name(category: Category, event: str) -> str:
    """The declared name of an event, by its short or its full name; any other as it is, with a warning once."""
    known = declared(category)
    if event in known:
        return known[event]
    if event not in known.values():
        _warn(category, event, known)
    return event


def severity(category: Category, event: str) -> str:
    """What the schema says; of an unknown event, what is usual for its category."""
    known = names.EVENTS.get(event)
    return known.severity if known is not None and known.category == category else _SEVERITY[category]


def _warn(category: Category, event: str, known: dict[str, str]) -> None:
    if (category, event) in _told or len(_told) >= _TOLD_AT_MOST:
        return
    _told.add((category, event))
    closest = difflib.get_close_matches(event, known, n=1, cutoff=0.0)
    _log.warning(
        "otel_voice: %s(%r) is no event of the catalogue; it is recorded as it is. Did you mean %r? All: %s",
        category,
        event,
        closest[0] if closest else "",
        ", ".join(sorted(known)),
    )
