"""How the Anthropic API names itself: where the key and the model are, and what its errors look like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.wire import Provider

ERRORS: Mapping[int, tuple[str, str]] = {
    401: ("authentication_error", "invalid x-api-key"),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit of 50 requests per minute."),
    500: ("api_error", "Internal server error"),
    503: ("api_error", "Service unavailable"),
}
OVERLOADED = ("overloaded_error", "Overloaded")


def headers(name: str) -> dict[str, str]:
    """The headers of every answer to the request of this name."""
    return {"request-id": f"req_01{name[:22]}", "anthropic-organization-id": wire.uuid_of(wire.digest("organization"))}


def event(data: Mapping[str, Any]) -> bytes:
    """One server-sent event, named by its type."""
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


def error(kind: str, message: str, name: str) -> dict[str, Any]:
    """The envelope of an error."""
    error = {"details": None, "type": kind, "message": message}
    return {"type": "error", "error": error, "request_id": headers(name)["request-id"]}


def _key(request: web.Request) -> str | None:
    bearer = request.headers.get("authorization", "").partition(" ")[2]
    return request.headers.get("x-api-key") or bearer


async def _model(request: web.Request) -> str | None:
    return request.match_info.get("model") or (await wire.json_of(request)).get("model")


def _failure(status: int, name: str, reason: str) -> web.Response:
    kind, message = ERRORS.get(status, ("invalid_request_error", reason))
    extra = {"retry-after": "1"} if status == 429 else {}
    return web.json_response(error(kind, message, name), status=status, headers={**headers(name), **extra})


MALFORMED_EVENT = f"event: content_block_delta\ndata: {wire.MALFORMED}\n\n".encode()
ANTHROPIC = Provider("anthropic", _key, _model, _failure)
