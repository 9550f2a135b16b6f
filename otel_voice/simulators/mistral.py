"""Mistral's chat completions: OpenAI's wire, with errors and headers of Mistral's own.

The path is OpenAI's, so the server is found behind the prefix `/mistral`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.language import Answer
from otel_voice.simulators.openai import answered, chunks, completion, events, used
from otel_voice.simulators.openai_errors import MALFORMED_EVENT, OPENAI
from otel_voice.simulators.wire import Provider, Route

Json = dict[str, Any]
ERRORS = {
    401: ("Unauthorized", "invalid_request_error", None),
    429: ("Requests rate limit exceeded", "rate_limited", "1300"),
    500: ("Internal server error", "internal_server_error", "3000"),
    503: ("Service unavailable.", "internal_server_error", "3700"),
}


def _headers(name: str) -> dict[str, str]:
    return {"mistral-correlation-id": wire.uuid_of(name)}


def _failure(status: int, name: str, reason: str) -> web.Response:
    message, kind, code = ERRORS.get(status, (reason, "invalid_request_error", None))
    body = {"object": "error", "message": message, "type": kind, "param": None, "code": code}
    return web.json_response(body, status=status, headers=_headers(name))


MISTRAL = Provider("mistral", OPENAI.key_of, OPENAI.model_of, _failure)


def _usage(body: Json, given: Answer) -> Json:
    return {name: value for name, value in used(body, given).items() if not name.endswith("_details")}


def _whole(body: Json, given: Answer, name: str) -> Json:
    whole = completion(body, given, name)
    return {**whole, "id": name[:32], "usage": _usage(body, given)}


def _chunks(body: Json, given: Answer, name: str, count: int | None) -> Iterator[Json]:
    """Usage is on the last chunk, without being asked for; a tool is called in one piece."""
    if given.tool:
        call = _whole(body, given, name)["choices"][0]["message"]["tool_calls"][0]
        delta = {"role": "assistant", "content": "", "tool_calls": [{**call, "index": 0}]}
        opening, closing = chunks(body, Answer(), name, 1), {"delta": delta, "finish_reason": "tool_calls"}
        first = next(opening)
        yield {**first, "id": name[:32]}
        yield {**first, "id": name[:32], "choices": [{"index": 0, **closing}], "usage": _usage(body, given)}
        return
    *parts, last = chunks({**body, "stream_options": None}, given, name, count)
    yield from ({**part, "id": name[:32]} for part in parts)
    yield {**last, "id": name[:32], "usage": _usage(body, given)}


async def chat(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/chat/completions."""
    body = await wire.json_of(request)
    name = await wire.request_digest(request)
    given = answered(body, asked)
    if body.get("stream"):
        sent = {**_headers(name), "content-type": "text/event-stream; charset=utf-8"}
        return await wire.stream(
            request, asked, sent, events(_chunks(body, given, name, asked.chunks)), MALFORMED_EVENT
        )
    sent = {**_headers(name), "content-type": "application/json"}
    return await wire.whole(request, asked, sent, json.dumps(_whole(body, given, name)).encode())


ROUTES = (Route("POST", "/mistral/v1/chat/completions", chat, MISTRAL),)
