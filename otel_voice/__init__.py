"""OpenTelemetry for voice agents: every call explains itself, with no change to the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otel_voice import health
    from otel_voice.api import conversation, current_conversation, turn
    from otel_voice.audit_trail.calls import audit, security
    from otel_voice.events.alerts import alert
    from otel_voice.events.errors import record_error
    from otel_voice.events.integrating import integration
    from otel_voice.events.messages import message
    from otel_voice.events.telling import event
    from otel_voice.events.timer import timer
    from otel_voice.events.tools import tool
    from otel_voice.events.tracing import traced
    from otel_voice.health.registering import register_check
    from otel_voice.importing import import_conversation
    from otel_voice.instrumentors import configure_logs, instrument, uninstrument

__all__ = [
    "alert",
    "audit",
    "configure_logs",
    "conversation",
    "current_conversation",
    "event",
    "health",
    "import_conversation",
    "instrument",
    "integration",
    "message",
    "record_error",
    "register_check",
    "security",
    "timer",
    "tool",
    "traced",
    "turn",
    "uninstrument",
]

_WHERE = {
    "conversation": "otel_voice.api",
    "current_conversation": "otel_voice.api",
    "turn": "otel_voice.api",
    "alert": "otel_voice.events.alerts",
    "event": "otel_voice.events.telling",
    "integration": "otel_voice.events.integrating",
    "message": "otel_voice.events.messages",
    "record_error": "otel_voice.events.errors",
    "timer": "otel_voice.events.timer",
    "tool": "otel_voice.events.tools",
    "traced": "otel_voice.events.tracing",
    "audit": "otel_voice.audit_trail.calls",
    "security": "otel_voice.audit_trail.calls",
    "configure_logs": "otel_voice.instrumentors",
    "import_conversation": "otel_voice.importing",
    "instrument": "otel_voice.instrumentors",
    "uninstrument": "otel_voice.instrumentors",
    "register_check": "otel_voice.health.registering",
}
_ROOMS = ("health",)


def __getattr__(name: str) -> Any:
    """Load on first use: the distro imports this package at every start."""
    if name not in _WHERE and name not in _ROOMS:
        raise AttributeError(f"module 'otel_voice' has no attribute {name!r}")
    from importlib import import_module

    if name in _ROOMS:
        return import_module(f"otel_voice.{name}")
    module = import_module(_WHERE[name])
    # Importing the package otel_voice.conversations sets an attribute of the same name; the public one wins.
    for public, where in _WHERE.items():
        if where == _WHERE[name]:
            globals()[public] = getattr(module, public)
    return globals()[name]
