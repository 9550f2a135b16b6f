"""How the OpenAI API names itself: where the key and the model are, and what its errors look like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.wire import Provider

RETRY_MILLISECONDS = 100
ERRORS: Mapping[int, tuple[str, str, str | None]] = {
    401: (
        "Incorrect API key provided: invalid. "
        "You can find your API key at https://platform.openai.com/account/api-keys.",
        "invalid_request_error",
        "invalid_api_key",
    ),
    429: (
        "Rate limit reached for requests in organization org-simulated on requests per min (RPM): "
        "Limit 500, Used 500, Requested 1. Please try again in 100ms.",
        "requests",
        "rate_limit_exceeded",
    ),
    500: (
        "The server had an error while processing your request. Sorry about that!",
        "server_error",
        None,
    ),
    503: (
        "The engine is currently overloaded, please try again later.",
        "server_error",
        "service_unavailable",
    ),
}
LIMITED = {
    "retry-after": "1",
    "retry-after-ms": str(RETRY_MILLISECONDS),
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": f"{RETRY_MILLISECONDS}ms",
}


def headers(name: str) -> dict[str, str]:
    """The headers of every answer to the request of this name."""
    return {
        "x-request-id": f"req_{name[:32]}",
        "openai-version": "2020-10-01",
        "openai-organization": "org-simulated",
        "openai-processing-ms": "20",
    }


def _key(request: web.Request) -> str | None:
    bearer = request.headers.get("authorization", "").partition(" ")[2]
    return bearer or request.headers.get("api-key")


async def _model(request: web.Request) -> str | None:
    if "model" in request.match_info:
        return request.match_info["model"]
    form = await wire.form_of(request)
    fields: Mapping[str, Any] = form or await wire.json_of(request)
    return fields.get("model")


def _failure(status: int, name: str, reason: str) -> web.Response:
    message, kind, code = ERRORS.get(status, (reason, "invalid_request_error", None))
    error = {"message": message, "type": kind, "param": None, "code": code}
    extra = LIMITED if status == 429 else {}
    return web.json_response({"error": error}, status=status, headers={**headers(name), **extra})


def event(data: Mapping[str, Any], named: str | None = None) -> bytes:
    """One server-sent event."""
    line = f"data: {json.dumps(data)}\n\n"
    return (f"event: {named}\n{line}" if named else line).encode()


DONE = b"data: [DONE]\n\n"
MALFORMED_EVENT = f"data: {wire.MALFORMED}\n\n".encode()
OPENAI = Provider("openai", _key, _model, _failure)
