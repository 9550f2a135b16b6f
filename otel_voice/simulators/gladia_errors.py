"""Gladia's key, and what its refusals look like."""

from __future__ import annotations

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.wire import Provider

SOCKET = "the websocket"


def _key(request: web.Request) -> str | None:
    return request.query.get("token") or request.headers.get("x-gladia-key")


async def _model(request: web.Request) -> str | None:
    return SOCKET if request.method == "GET" else (await wire.json_of(request)).get("model")


def _failure(status: int, name: str, reason: str) -> web.Response:
    path = "/v2/live"
    body = {"statusCode": status, "message": reason or "refused", "request_id": f"G-{name[:8]}", "path": path}
    return web.json_response(body, status=status)


GLADIA = Provider("gladia", _key, _model, _failure)
