"""How the Deepgram API names itself: where the key and the model are, and what its errors look like."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from otel_voice.simulators.wire import Provider, digest, uuid_of

ERRORS: Mapping[int, tuple[str, str]] = {
    401: ("INVALID_AUTH", "Invalid credentials."),
    429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error occurred."),
    503: ("SERVICE_UNAVAILABLE", "The service is temporarily unavailable. Please try again later."),
}


def request_id(name: str) -> str:
    """The id Deepgram gives to the request of this name."""
    return uuid_of(name)


def model_uuid(model: str) -> str:
    """The id of a model."""
    return uuid_of(digest("deepgram", model))


def _key(request: web.Request) -> str | None:
    # A browser has no other way than the subprotocol: "token, <key>".
    protocol = request.headers.get("sec-websocket-protocol", "").partition(",")[2].strip()
    return request.headers.get("authorization", "").partition(" ")[2] or protocol


async def _model(request: web.Request) -> str | None:
    return request.query.get("model")


def _failure(status: int, name: str, reason: str) -> web.Response:
    code, message = ERRORS.get(status, ("Bad Request", reason))
    body = {"err_code": code, "err_msg": message, "request_id": request_id(name)}
    extra = {"retry-after": "1"} if status == 429 else {}
    sent = {"dg-request-id": request_id(name), "dg-error": message, **extra}
    return web.json_response(body, status=status, headers=sent)


DEEPGRAM = Provider("deepgram", _key, _model, _failure)
