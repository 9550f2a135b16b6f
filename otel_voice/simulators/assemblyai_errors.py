"""How the AssemblyAI API names itself: where the key and the model are, and what its errors look like."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.wire import Provider

ERRORS: Mapping[int, str] = {
    401: "Authentication error, API token missing/invalid",
    429: "Too many concurrent requests",
    500: "Server error, developers have been alerted",
    503: "The service is temporarily unavailable",
}


def identity(name: str) -> str:
    """The id AssemblyAI gives to the session or the transcript of this name."""
    return wire.uuid_of(name)


def _key(request: web.Request) -> str | None:
    return request.headers.get("authorization") or request.query.get("token")


async def _model(request: web.Request) -> str | None:
    if request.method == "GET":
        return request.query.get("speech_model")
    # The body of an upload is the recording itself.
    return (await wire.json_of(request)).get("speech_model") if request.content_type == "application/json" else None


def _failure(status: int, name: str, reason: str) -> web.Response:
    return web.json_response({"error": ERRORS.get(status, reason)}, status=status)


ASSEMBLYAI = Provider("assemblyai", _key, _model, _failure)
