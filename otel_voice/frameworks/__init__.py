"""Frameworks that own a whole call: they know where one begins, whose work is whose, and when the agent is heard.

What they ask of providers is seen where it is asked (`providers/`); nothing of it is patched here a second time.
"""

from __future__ import annotations

from importlib import import_module

from otel_voice.capture.points import Provider

NAMES = ("livekit", "pipecat", "openai_agents")


def load(name: str) -> Provider:
    """The framework's table. Imports no framework."""
    module = import_module(f"otel_voice.frameworks.{name}")
    table: Provider = module.PROVIDER
    return table
