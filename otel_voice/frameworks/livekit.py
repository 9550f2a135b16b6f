"""LiveKit Agents, 1.3 to 1.8: a session is a conversation, and its events say when the agent is heard."""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.frameworks.livekit_session import emitting, speaking, starting

_SESSION = "livekit.agents.voice.agent_session"

PROVIDER = Provider(
    name="livekit",
    package="livekit.agents",
    distribution="livekit-agents",
    since="1.3",
    before="2",
    points=(
        Point(_SESSION, "AgentSession.start", starting, Observer),
        Point(_SESSION, "AgentSession.emit", emitting, Observer),
        # They make tasks, which must belong to the call of their session and not to that of whoever asks.
        Point(_SESSION, "AgentSession.generate_reply", speaking, Observer),
        Point(_SESSION, "AgentSession.say", speaking, Observer),
    ),
    surfaces={"AgentSession": "one conversation a session, with when the agent is heard; the plugins' own calls"},
)
