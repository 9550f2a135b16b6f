"""Hume's key, and what its refusals look like."""

from __future__ import annotations

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.wire import Provider


def _key(request: web.Request) -> str | None:
    return request.headers.get("x-hume-api-key") or request.headers.get("authorization", "").partition(" ")[2]


async def _model(request: web.Request) -> str | None:
    return request.query.get("version") or (await wire.json_of(request)).get("version")


def _failure(status: int, name: str, reason: str) -> web.Response:
    fault = {"faultstring": reason or "refused", "detail": {"errorcode": f"E{status}"}}
    return web.json_response({"fault": fault}, status=status)


HUME = Provider("hume", _key, _model, _failure)
