"""The tables of everything that is patched: providers, frameworks, servers."""

from __future__ import annotations

from otel_voice import frameworks, ingress, providers
from otel_voice.capture.points import Provider

NAMES = (*providers.NAMES, *frameworks.NAMES, *ingress.NAMES)


def load(name: str) -> Provider:
    """The table of a provider, a framework or a server."""
    if name in ingress.NAMES:
        return ingress.load(name)
    return frameworks.load(name) if name in frameworks.NAMES else providers.load(name)
