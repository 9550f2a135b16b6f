"""Spans that SDKs make of their own calls: they are enriched and held until all is said, not doubled.

An SDK ends its span before the answer is in the program's hands, which is before we can read it. Its end is kept back,
with the time it had, until our operation has ended too.
"""

from __future__ import annotations

import time
from typing import Any

from opentelemetry.trace import Span

from otel_voice.observation.agents import AgentRun, Workflow
from otel_voice.observation.records import Operation, Outcome, ToolCall
from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import Attributes

_PUT = "end"
_TRIES = {
    ("livekit-agents", "llm_request_run"): "chat",
    ("livekit-agents", "tts_request_run"): "text_to_speech",
    ("pipecat", "llm"): "chat",
    ("pipecat", "tts"): "text_to_speech",
}
"""Spans of frameworks that are current around a provider's call and do not say so themselves, or in other words."""
_ONLY_SPANS = {"pipecat"}
"""Frameworks that make spans of calls, and neither metrics nor events."""
_NAMED: dict[type[Operation], str] = {
    AgentRun: names.GEN_AI_AGENT_NAME,
    Workflow: names.GEN_AI_WORKFLOW_NAME,
    ToolCall: names.GEN_AI_TOOL_NAME,
}
"""Steps of which one may stand inside of another, and what tells them apart."""
_CALLS = {("livekit-agents", "agent_session")}
"""Spans of frameworks that last as long as a call."""


class Held:
    """A span whose end waits for us."""

    __slots__ = ("_ended_at", "_span")

    def __init__(self, span: Span) -> None:
        self._span = span
        self._ended_at: int | None = None
        vars(span)[_PUT] = self._keep

    def _keep(self, end_time: int | None = None) -> None:
        if self._ended_at is None:
            self._ended_at = end_time or time.time_ns()

    def settle(self, record: Operation) -> None:
        """The operation ended. Its SDK may still end the span; of a call that got no answer it may never hear again."""
        unanswered = record.outcome is Outcome.FAILED and record.last_chunk_ns is None
        if unanswered and self._ended_at is None:
            self._keep(record.unix_ns(record.ended_ns or record.started_ns))
        self.release()

    def release(self) -> None:
        """End it when it was to end; leave it to its SDK when it has not ended yet."""
        if vars(self._span).pop(_PUT, None) is not None and self._ended_at is not None:
            self._span.end(self._ended_at)


def tells(span: Span, record: Operation, scope: str) -> bool:
    """Whether this is the span of somebody else (not of `scope`) for an operation of this kind."""
    if not span.is_recording():
        return False
    its = getattr(span, "instrumentation_scope", None)
    if its is None or its.name == scope:
        return False
    attributes = getattr(span, "attributes", None) or {}
    told = _TRIES.get((its.name, getattr(span, "name", ""))) or attributes.get(names.GEN_AI_OPERATION_NAME)
    return bool(told == record.operation) and _is_of_this_name(attributes, record)


def _is_of_this_name(attributes: Attributes, record: Operation) -> bool:
    """Agents run inside of agents, and tools inside of tools: only the same one is told already."""
    named = _NAMED.get(type(record))
    return named is None or attributes.get(named) == getattr(record, "name", None)


def tells_only_a_span(span: Span) -> bool:
    """Whether it is of a framework that tells of a call by its span alone, and no operation of ours has it."""
    its = getattr(span, "instrumentation_scope", None)
    return its is not None and its.name in _ONLY_SPANS and _PUT not in vars(span)


def is_whole_call(span: Span) -> bool:
    """Whether it is a framework's span of a whole call, under which there are turns."""
    its = getattr(span, "instrumentation_scope", None)
    return its is not None and (its.name, getattr(span, "name", "")) in _CALLS


def unsummed(span: Span, attributes: Attributes) -> Attributes:
    """What may stand on the span: usage stands on the request already, and backends add up whatever they find."""
    its = getattr(span, "instrumentation_scope", None)
    if its is None or (its.name, getattr(span, "name", "")) not in _TRIES:
        return attributes
    return {name: value for name, value in attributes.items() if not name.startswith("gen_ai.usage.")}


def told_to_us(span: Span, turn: Span | None) -> bool:
    """Whether it goes where our spans go. An SDK may have been given an exporter of its own."""
    ours: Any = getattr(turn, "resource", None)
    return ours is None or getattr(span, "resource", None) is ours
