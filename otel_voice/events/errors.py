"""Errors that the program handled, and wants to know of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.events import values
from otel_voice.events.telling import others, tell
from otel_voice.runtime import runtime
from otel_voice.telemetry import names
from otel_voice.telemetry.current import component as current_component
from otel_voice.telemetry.program import current_trace, mark_failed


def record_error(error: BaseException | str, /, *, component: str | None = None, **data: Any) -> None:
    """Record an error that goes no further: an event of category error with its stack, counted by its class.

    The span that is current is marked as failed, unless it is the conversation's or the turn's: these tell by
    themselves how they went. `data` goes out beside it, under its own names. Never raises.
    """
    guarded(_record, error, component, data)


def _record(error: Any, component: Any, data: Mapping[str, Any]) -> None:
    problem = values.exception(error) if isinstance(error, BaseException) else _said(error)
    part = current_component() if component is None else values.text(component, 128)
    if part is not None:
        problem[names.VOICE_COMPONENT] = part
    conversation = runtime().conversations.find(current_trace())
    mark_failed(conversation, problem[names.ERROR_TYPE], problem[names.EXCEPTION_MESSAGE])
    body = f"{problem[names.ERROR_TYPE]}: {problem[names.EXCEPTION_MESSAGE]}"
    tell(names.EVENT_EXCEPTION, {**others(data), **problem}, body)


def _said(error: Any) -> dict[str, Any]:
    """An error in words, that has no class."""
    return {names.ERROR_TYPE: "_OTHER", names.EXCEPTION_MESSAGE: values.text(error)}
