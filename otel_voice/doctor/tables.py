"""The tables of everything that is patched: providers and frameworks."""

from __future__ import annotations

from otel_voice import frameworks, providers
from otel_voice.capture.points import Provider

NAMES = (*providers.NAMES, *frameworks.NAMES)


def load(name: str) -> Provider:
    """The table of a provider or a framework."""
    return frameworks.load(name) if name in frameworks.NAMES else providers.load(name)
