"""How the Cartesia API names itself: where the key and the model are, and what its errors look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.wire import Provider

ERRORS: Mapping[int, tuple[str, str, str]] = {
    400: ("invalid_request", "Invalid request", "The request is not valid."),
    401: ("unauthorized", "Unauthorized", "The API key is not valid."),
    429: ("concurrency_limited", "Too many requests", "Too many concurrent requests."),
    500: ("internal_error", "Internal error", "An internal error occurred."),
    503: ("unavailable", "Unavailable", "The model is temporarily unavailable."),
}


def request_id(name: str) -> str:
    """The id Cartesia gives to the request of this name."""
    return wire.uuid_of(name)


def error(status: int, identity: str, reason: str = "") -> dict[str, Any]:
    """An error as the newest interface words it; `error` is the text that older clients read."""
    code, title, message = ERRORS[status]
    said = reason or message
    return {
        "error_code": code,
        "title": title,
        "message": said,
        "error": said,
        "status_code": status,
        "request_id": identity,
    }


def _key(request: web.Request) -> str | None:
    bearer = request.headers.get("authorization", "").partition(" ")[2]
    return bearer or request.headers.get("x-api-key") or request.query.get("api_key")


async def _model(request: web.Request) -> str | None:
    if "model" in request.query or request.method == "GET":
        return request.query.get("model")
    form = await wire.form_of(request)
    return form.get("model") if form else (await wire.json_of(request)).get("model_id")


def _failure(status: int, name: str, reason: str) -> web.Response:
    extra = {"retry-after": "1"} if status == 429 else {}
    return web.json_response(error(status, request_id(name), reason), status=status, headers=extra)


CARTESIA = Provider("cartesia", _key, _model, _failure)
