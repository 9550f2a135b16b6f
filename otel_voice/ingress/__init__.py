"""Where calls come in: servers of websockets and HTTP. A connection is a conversation, and is told from all others.

No span of a server is made here; where somebody makes one, the conversation stands in it.
"""

from __future__ import annotations

from importlib import import_module

from otel_voice.capture.points import Provider

ASGI = ("uvicorn", "hypercorn", "starlette")
"""Whatever serves ASGI applications, or is one: one instrumentation for all."""
NAMES = (*ASGI, "aiohttp_server", "websockets_server")


def load(name: str) -> Provider:
    """The server's table. Imports no server."""
    module = import_module(f"otel_voice.ingress.{name}")
    table: Provider = module.PROVIDER
    return table
