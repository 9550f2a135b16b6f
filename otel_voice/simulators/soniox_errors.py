"""Soniox' key, and what its refusals look like."""

from __future__ import annotations

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.wire import Provider

ERRORS = {400: "bad_request", 401: "unauthenticated", 429: "limit_exceeded", 500: "internal_error", 503: "unavailable"}


def _key(request: web.Request) -> str | None:
    # Older clients say their key in the first message.
    return request.headers.get("authorization", "").partition(" ")[2] or ("told later" if _upgrades(request) else None)


def _upgrades(request: web.Request) -> bool:
    return request.headers.get("upgrade", "").lower() == "websocket"


async def _model(request: web.Request) -> str | None:
    if _upgrades(request) or request.content_type.startswith("multipart/"):
        return None
    model = (await wire.json_of(request)).get("model")
    return None if model is None else str(model)


def _failure(status: int, name: str, reason: str) -> web.Response:
    body = {"status_code": status, "error_type": ERRORS[status], "message": reason or "refused", "request_id": name[:8]}
    return web.json_response(body, status=status)


SONIOX = Provider("soniox", _key, _model, _failure)
