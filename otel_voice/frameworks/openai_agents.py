"""OpenAI's Agents SDK, 0.2 to 0.24: what it tells its tracing processors, and which call a pipeline or a session is.

What its models ask of providers goes through OpenAI's SDK, LiteLLM or a websocket, and is told there.
"""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.frameworks.openai_agents_calls import closing, entering, piping
from otel_voice.frameworks.openai_agents_spans import finishing, naming, starting, starting_trace

_SPANS = "agents.tracing.spans"
_TRACES = "agents.tracing.traces"
_SESSION = "agents.realtime.session"

PROVIDER = Provider(
    name="openai_agents",
    # Programs have packages of their own that are called `agents`.
    package=_SPANS,
    distribution="openai-agents",
    since="0.2",
    before="1",
    points=(
        # Where its processors are told. A processor of ours would be seen, and gone with `set_trace_processors`.
        Point(_SPANS, "SpanImpl.start", starting, Observer),
        Point(_SPANS, "SpanImpl.finish", finishing, Observer),
        Point(_TRACES, "TraceImpl.start", starting_trace, Observer),
        Point(_TRACES, "TraceImpl.finish", finishing, Observer),
        Point("agents.tool_context", "ToolContext.from_agent_context", naming, Observer),
        Point("agents.voice.pipeline", "VoicePipeline.run", piping, Observer),
        Point(_SESSION, "RealtimeSession.__aenter__", entering, Observer),
        Point(_SESSION, "RealtimeSession.close", closing, Observer),
    ),
    surfaces={
        "Runner": "runs of agents, hand-offs, guardrails, function tools",
        "VoicePipeline, RealtimeSession": "one conversation each",
    },
)
