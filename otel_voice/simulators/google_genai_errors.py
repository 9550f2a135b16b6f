"""How the Gemini API and Vertex AI name themselves: where key and model are, and what their errors look like."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from otel_voice.simulators.wire import Provider

ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details."),
    500: ("INTERNAL", "An internal error has occurred. Please retry."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
}


def _key(request: web.Request) -> str | None:
    bearer = request.headers.get("authorization", "").partition(" ")[2]
    return request.headers.get("x-goog-api-key") or bearer or request.query.get("key")


async def _model(request: web.Request) -> str | None:
    return request.match_info.get("model")


def _failure(status: int, name: str, reason: str) -> web.Response:
    kind, message = ERRORS[status]
    return web.json_response({"error": {"code": status, "message": reason or message, "status": kind}}, status=status)


GOOGLE = Provider("google_genai", _key, _model, _failure)
