"""What a program with OpenAI's Agents SDK has: agents on the simulators' model, a tool, a guardrail, a processor."""

from __future__ import annotations

from typing import Any

import agents

from otel_voice.simulators.server import Simulators
from tests.providers.openai_calls import MODEL, client


def model(simulators: Simulators, directives: str = "") -> Any:
    """The simulators' model, as the SDK asks it; `directives` say how it behaves."""
    return agents.OpenAIChatCompletionsModel(model=MODEL, openai_client=client("Async", simulators, directives))


def agent(simulators: Simulators, directives: str = "", name: str = "Northwind", **options: Any) -> Any:
    """An agent with the simulators' model."""
    return agents.Agent(name=name, model=model(simulators, directives), **options)


@agents.function_tool
def book_appointment(day: str) -> str:
    """Book an appointment."""
    return f"booked for {day}"


@agents.input_guardrail(run_in_parallel=False)
async def refusing(context: Any, agent: Any, asked: Any) -> agents.GuardrailFunctionOutput:
    """A guardrail that lets nothing pass."""
    return agents.GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)


class Heard(agents.tracing.TracingProcessor):
    """A processor of the program's that keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def on_trace_start(self, trace: Any) -> None:
        self.heard.append("trace start")

    def on_trace_end(self, trace: Any) -> None:
        self.heard.append("trace end")

    def on_span_start(self, span: Any) -> None:
        self.heard.append(f"{span.span_data.type} start")

    def on_span_end(self, span: Any) -> None:
        self.heard.append(f"{span.span_data.type} end")

    def shutdown(self) -> None:
        return None

    def force_flush(self) -> None:
        return None
