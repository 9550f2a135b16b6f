"""The spans of OpenAI's Agents SDK as steps. Those of models and speech are told by the calls that they stand for."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from otel_voice.observation.agents import AgentRun, Guardrail, Handoff, Workflow
from otel_voice.observation.records import Step, ToolCall

S = TypeVar("S", bound=Step)

_MADE_UP = re.compile(r"group_[0-9a-f]{24}")
"""An id that the SDK makes for a configuration, which may serve many calls."""


def begun(data: Any) -> Step | None:
    """The step that a span with this data is; None for any other."""
    reader = _READERS.get(data.type)
    return None if reader is None else reader(data)


def workflow(trace: Any) -> Workflow:
    """The step that a trace is."""
    record = _named(Workflow(), trace.name)
    record.conversation_id = given(trace.group_id)
    return record


def given(group: Any) -> str | None:
    """The program's id of a conversation, by which it puts traces into one group."""
    return group if isinstance(group, str) and group and not _MADE_UP.fullmatch(group) else None


def learned(record: Step, data: Any, wants_content: bool) -> None:
    """Read what a span knows at its end."""
    if isinstance(record, Handoff):
        _named(record, data.to_agent)
    elif isinstance(record, Guardrail):
        record.triggered = bool(data.triggered)
    elif isinstance(record, ToolCall) and wants_content:
        record.arguments_content = _text(data.input)
        record.result_content = _text(data.output)


def failed(record: Step, error: Any) -> None:
    """Read the error of a span of which the SDK has caught the exception."""
    record.error_type = "_OTHER"
    detail = (error.get("data") or {}).get("error")
    record.error_message = f"{error.get('message')}: {detail}" if detail else str(error.get("message"))


def _agent(data: Any) -> AgentRun:
    record = _named(AgentRun(), data.name)
    trace = sys.modules["agents.tracing.scope"].Scope.get_current_trace()
    record.conversation_id = given(getattr(trace, "group_id", None))
    return record


def _function(data: Any) -> ToolCall:
    return _named(ToolCall(), data.name)


def _handoff(data: Any) -> Handoff:
    record = Handoff()
    record.from_agent = _text(data.from_agent)
    return record


def _guardrail(data: Any) -> Guardrail:
    return _named(Guardrail(), data.name)


_READERS: dict[str, Callable[[Any], Step]] = {
    "agent": _agent,
    "function": _function,
    "handoff": _handoff,
    "guardrail": _guardrail,
}


def _named(record: S, name: Any) -> S:
    record.name = "" if name is None else str(name)
    return record


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
