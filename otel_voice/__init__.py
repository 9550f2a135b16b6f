"""OpenTelemetry for voice agents: every call explains itself, with no change to the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otel_voice.api import conversation, current_conversation, turn
    from otel_voice.instrumentors import instrument, uninstrument

__all__ = ["conversation", "current_conversation", "instrument", "turn", "uninstrument"]

_WHERE = {
    "conversation": "otel_voice.api",
    "current_conversation": "otel_voice.api",
    "turn": "otel_voice.api",
    "instrument": "otel_voice.instrumentors",
    "uninstrument": "otel_voice.instrumentors",
}


def __getattr__(name: str) -> Any:
    """Load on first use: the distro imports this package at every start."""
    if name not in _WHERE:
        raise AttributeError(f"module 'otel_voice' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(_WHERE[name])
    # Importing the package otel_voice.conversations sets an attribute of the same name; the public one wins.
    for public, where in _WHERE.items():
        if where == _WHERE[name]:
            globals()[public] = getattr(module, public)
    return globals()[name]
