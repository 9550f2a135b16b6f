"""How the ElevenLabs API names itself: where the key and the model are, and what its errors look like."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.wire import Provider

ERRORS: Mapping[int, tuple[str, str]] = {
    401: ("invalid_api_key", "Invalid API key"),
    429: (
        "too_many_concurrent_requests",
        "Too many concurrent requests. Your current subscription is associated with a maximum of 5 "
        "concurrent requests (running in parallel).",
    ),
    500: ("internal_server_error", "An unexpected error occurred. Please try again later."),
    503: ("service_unavailable", "The model is temporarily unavailable. Please try again later."),
}


def headers(name: str, text: str) -> dict[str, str]:
    """The headers of every answer to the request of this name, which spoke this text."""
    cost = {"character-cost": str(len(text))} if text else {}
    return {"request-id": name[:20], "x-trace-id": name[20:52], "x-region": "us-central1", **cost}


def _key(request: web.Request) -> str | None:
    return request.headers.get("xi-api-key") or request.query.get("xi-api-key")


async def _model(request: web.Request) -> str | None:
    if "model_id" in request.query:
        return request.query["model_id"]
    form = await wire.form_of(request)
    return (form or await wire.json_of(request)).get("model_id")


def _failure(status: int, name: str, reason: str) -> web.Response:
    kind, message = ERRORS.get(status, ("bad_request", reason))
    extra = {"retry-after": "1"} if status == 429 else {}
    body = {"detail": {"status": kind, "message": message}}
    return web.json_response(body, status=status, headers={**headers(name, ""), **extra})


ELEVENLABS = Provider("elevenlabs", _key, _model, _failure)
