"""What a framework of agents does between its calls: runs of agents, hand-offs, guardrails."""

from __future__ import annotations

from otel_voice.observation.records import Step


class Run(Step):
    """Work that is made of other operations. What fails in it is counted where it failed."""

    conversation_id: str | None = None
    """The id that the program gave the conversation, where it told the framework."""


class Workflow(Run):
    """Several runs that the program put together. In a conversation the turn is that, and none is told."""

    operation = "invoke_workflow"


class AgentRun(Run):
    """One agent at work: its model asks for tools until it has an answer or hands over to another agent.

    The tools that run in it are told where they run.
    """

    operation = "invoke_agent"


class Handoff(Step):
    """One agent hands over to another. `name` is the one that takes over, which is known at the end."""

    from_agent: str | None = None


class Guardrail(Step):
    """One check of what the user said, the agent answers, or a tool is given."""

    triggered: bool | None = None
    """Whether it put a stop to the run; None when it did not come to an end."""
