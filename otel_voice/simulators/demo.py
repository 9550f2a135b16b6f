"""The environment of the demo: believable latencies, and one model that is down."""

from __future__ import annotations

from otel_voice.simulators import server

# Seconds to the first byte and between chunks, as a good day on the public services looks.
OPENAI = "first=0.35,interval=0.02"
DEEPGRAM = "first=0.12"
ELEVENLABS = "first=0.2,interval=0.03"
# The model the agent prefers for numbers is down, so that the demo shows an error and its fallback.
FAULT = "fail=503,model=eleven_multilingual_v2"


def environment(url: str) -> dict[str, str]:
    """The variables with which examples/agent.py talks to the simulators at `url`."""
    return server.environment(url, openai=OPENAI, deepgram=DEEPGRAM, elevenlabs=f"{ELEVENLABS},{FAULT}")


def healthy_environment(url: str) -> dict[str, str]:
    """The same on a day on which nothing is down."""
    return server.environment(url, openai=OPENAI, deepgram=DEEPGRAM, elevenlabs=ELEVENLABS)
