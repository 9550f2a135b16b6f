"""AssemblyAI's websocket without its SDK, which opens it in the same way."""

from __future__ import annotations

from otel_voice.providers.assemblyai_listen import Turns

__all__ = ["Turns"]
