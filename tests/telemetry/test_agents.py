"""What a framework of agents does between its calls, as spans, wherever it stands."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest

from otel_voice.observation.agents import AgentRun, Guardrail, Handoff, Workflow
from otel_voice.observation.records import Inference, Operation, Outcome, SpeechToText, Step, ToolCall, ToolRequest
from otel_voice.telemetry import names
from tests.signals import Signals
from tests.telemetry.telling import Telling, drawn
from tests.unit.conversing import SECOND, Clock


class Nesting:
    """Steps inside of each other, on one clock."""

    def __init__(self, signals: Signals) -> None:
        self.telling = Telling(signals.providers())
        self.clock = Clock()

    @contextmanager
    def within(self, record: Step, start: float, end: float, **facts: Any) -> Any:
        """What is played inside of the block happens inside of the step."""
        self.clock.at(start)
        record.rebase(self.clock.now())
        record.started_unix_ns = self.clock.unix()
        recorder = self.telling.recorder
        handle = recorder.start(record)
        token = recorder.enter(handle)
        yield
        recorder.leave(token)
        record.outcome, record.ended_ns = Outcome.COMPLETED, record.started_ns + int((end - start) * SECOND)
        for name, value in facts.items():
            setattr(record, name, value)
        recorder.finish(handle, record)

    def play(self, record: Operation, start: float, end: float, **facts: Any) -> None:
        """One operation, where it is called."""
        self.telling.play(self.clock, record, start, end, **facts)


def named(record: Step, name: str, **facts: Any) -> Any:
    record.name = name
    for fact, value in facts.items():
        setattr(record, fact, value)
    return record


def test_a_hand_off(signals: Signals) -> None:
    """One trace: who worked, what was checked, who took over."""
    nesting = Nesting(signals)
    with nesting.within(named(Workflow(), "Bookings", conversation_id="call-7"), 0.0, 2.0):
        with nesting.within(named(AgentRun(), "Front desk", conversation_id="call-7"), 0.0, 1.0):
            nesting.play(named(Guardrail(), "rude"), 0.0, 0.1, triggered=False)
            nesting.play(Inference("openai"), 0.1, 0.9)
            nesting.play(named(Handoff(), "", from_agent="Front desk"), 0.9, 1.0, name="Billing")
        with nesting.within(named(AgentRun(), "Billing", conversation_id="call-7"), 1.0, 2.0):
            nesting.play(Inference("openai"), 1.0, 2.0)
    assert drawn(signals.spans()).splitlines() == [
        "invoke_workflow Bookings [INTERNAL] 0.00..2.00",
        "    gen_ai.conversation.id=call-7",
        "    gen_ai.operation.name=invoke_workflow",
        "    gen_ai.workflow.name=Bookings",
        "  invoke_agent Front desk [INTERNAL] 0.00..1.00",
        "      gen_ai.agent.name=Front desk",
        "      gen_ai.conversation.id=call-7",
        "      gen_ai.operation.name=invoke_agent",
        "    guardrail rude [INTERNAL] 0.00..0.10",
        "        voice.guardrail.name=rude",
        "        voice.guardrail.triggered=False",
        "    chat [CLIENT] 0.10..0.90",
        "        gen_ai.operation.name=chat",
        "        gen_ai.provider.name=openai",
        "    handoff Billing [INTERNAL] 0.90..1.00",
        "        voice.handoff.from=Front desk",
        "        voice.handoff.to=Billing",
        "  invoke_agent Billing [INTERNAL] 1.00..2.00",
        "      gen_ai.agent.name=Billing",
        "      gen_ai.conversation.id=call-7",
        "      gen_ai.operation.name=invoke_agent",
        "    chat [CLIENT] 1.00..2.00",
        "        gen_ai.operation.name=chat",
        "        gen_ai.provider.name=openai",
    ]


def test_in_a_conversation_a_run_is_the_turns(signals: Signals) -> None:
    """It stands in the turn, bears the call's own id, and what failed in it is one failure."""
    nesting = Nesting(signals)
    nesting.telling.recorder.session_opened()
    nesting.play(SpeechToText("deepgram"), 0.0, 1.0, streamed=True)
    failed = {"outcome": Outcome.FAILED, "error_type": "500"}
    with nesting.within(named(AgentRun(), "Front desk"), 1.0, 2.0, **failed):
        nesting.play(Inference("openai"), 1.0, 2.0, **failed)
    nesting.telling.conversations.close_all()
    run, turn = signals.span("invoke_agent Front desk"), signals.span("turn")
    assert run.parent.span_id == turn.context.span_id
    assert signals.span("chat").parent.span_id == run.context.span_id
    assert turn.attributes[names.VOICE_TURN_ERRORS] == 1
    assert run.attributes[names.ERROR_TYPE] == "500"
    assert names.VOICE_COST not in run.attributes


@pytest.mark.parametrize("seen", [True, False])
def test_a_tool_that_was_seen_is_not_inferred(signals: Signals, seen: bool) -> None:
    """Inside of a run tools are told where they ran; a tool's own model has tools that nobody else tells of."""
    nesting = Nesting(signals)
    outer: Step = named(AgentRun(), "Front desk") if seen else named(ToolCall(), "ask a friend")
    carrying = Inference("openai")
    carrying.tool_results = [ToolRequest("call_1", "book")]
    with nesting.within(outer, 0.0, 2.0):
        nesting.play(Inference("openai"), 0.0, 0.5, tool_calls=[ToolRequest("call_1", "book")])
        if seen:
            nesting.play(named(ToolCall(), "book"), 0.5, 1.0)
        nesting.play(carrying, 1.0, 1.5)
    booked = signals.span("execute_tool book").attributes
    assert (names.VOICE_TOOL_TIMING in booked) is not seen


def test_the_failure_of_a_tool_is_the_programs(signals: Signals) -> None:
    """It is told on its span, redacted as any, and not as a failed call of a provider."""
    nesting = Nesting(signals)
    said = "no calendar for jane@example.com"
    nesting.play(named(ToolCall(), "book"), 0.0, 0.5, outcome=Outcome.FAILED, error_type="_OTHER", error_message=said)
    booked = signals.span("execute_tool book")
    assert str(booked.status.description).startswith("no calendar for")
    assert "jane@example.com" not in str(booked.status.description)
    assert names.GEN_AI_PROVIDER_NAME not in booked.attributes
    assert signals.logs() == ()


@pytest.mark.parametrize(("theirs", "ours"), [("Front desk", []), ("Somebody else", ["invoke_agent Front desk"])])
def test_beside_another_instrumentation(signals: Signals, theirs: str, ours: list[str]) -> None:
    """A run that has a span already is not told twice; a run inside of another agent's is another run."""
    nesting = Nesting(signals)
    tracer = signals.tracer_provider.get_tracer("some.framework")
    told = {names.GEN_AI_OPERATION_NAME: "invoke_agent", names.GEN_AI_AGENT_NAME: theirs}
    with (
        tracer.start_as_current_span("theirs", attributes=told),
        nesting.within(named(AgentRun(), "Front desk"), 0.0, 1.0),
    ):
        nesting.play(Inference("openai"), 0.0, 0.5, tool_calls=[ToolRequest("call_1", "book")])
        carrying = Inference("openai")
        carrying.tool_results = [ToolRequest("call_1", "book")]
        nesting.play(carrying, 0.6, 1.0)
    assert [span.name for span in signals.spans()] == ["chat", "chat", *ours, "theirs"]
    assert (names.VOICE_TELEMETRY_OWNER in signals.span("theirs").attributes) is not bool(ours)
