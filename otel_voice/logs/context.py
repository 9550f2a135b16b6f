"""Who is talking, for log records: the conversation room registers what every record is stamped with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

component: ContextVar[str | None] = ContextVar("otel_voice.component", default=None)
"""The part of the program that runs here, where its code says so."""


# Each method that is generated takes its part of every start; these nobody calls.
@dataclass(frozen=True, eq=False, repr=False)
class LogContext:
    """Attributes for a record, and the trace it belongs to where no span is current (0: none)."""

    attributes: Mapping[str, str | int] = field(default_factory=dict)
    trace_id: int = 0
    span_id: int = 0


Provider = Callable[[], LogContext | None]

_providers: list[Provider] = []


def register(provider: Provider) -> Callable[[], None]:
    """Ask `provider` for the context of every exported record, on the thread and task that logs.

    The first provider that knows answers. Returns a function that takes the provider back.
    """
    _providers.append(provider)
    return lambda: _providers.remove(provider) if provider in _providers else None


def current() -> LogContext | None:
    """The context of what runs now, or None when nobody knows."""
    for provider in _providers:
        if (found := provider()) is not None:
            return found
    return None
