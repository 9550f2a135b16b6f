"""Tools between two model calls, found again by the id of the call, or by its name within the conversation."""

from __future__ import annotations

import pytest

from otel_voice.observation.records import Inference, ToolRequest
from otel_voice.telemetry import names
from tests.signals import Signals
from tests.telemetry.telling import Telling
from tests.unit.conversing import Clock


def ask_and_answer(telling: Telling, asked: ToolRequest, carried: ToolRequest) -> None:
    clock = Clock()
    telling.play(clock, Inference("gcp.vertex_ai"), 0.0, 0.5, tool_calls=[asked])
    carrying = Inference("gcp.vertex_ai")
    carrying.tool_results = [carried]
    telling.play(clock, carrying, 0.8, 1.0)


def test_a_call_without_an_id_is_found_by_its_name(signals: Signals) -> None:
    """Some services give their function calls no id; within one conversation the name tells them apart."""
    telling = Telling(signals.providers())
    telling.recorder.session_opened()
    ask_and_answer(telling, ToolRequest("", "book"), ToolRequest("", "book"))
    telling.conversations.close_all()
    executed = signals.span("execute_tool book")
    assert names.GEN_AI_TOOL_CALL_ID not in executed.attributes
    assert executed.parent.span_id == signals.span("turn").context.span_id


@pytest.mark.parametrize("name", ["book", "cancel"])
def test_outside_of_a_conversation_a_name_is_not_enough(signals: Signals, name: str) -> None:
    """Two calls are never mixed: of work that belongs to no conversation, only an id tells which is which."""
    telling = Telling(signals.providers())
    ask_and_answer(telling, ToolRequest("", "book"), ToolRequest("", name))
    assert [span.name for span in signals.spans()] == ["chat", "chat"]
