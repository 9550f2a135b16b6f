"""Cohere's chat, of the second version of its API: whole, or as named events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.language import Answer
from otel_voice.simulators.openai import answered, parts_of, used
from otel_voice.simulators.wire import Provider, Route

Json = dict[str, Any]
ERRORS = {
    401: "invalid api token",
    429: "You are using a Trial key, which is limited to 20 API calls / minute.",
    500: "internal server error, please try again later",
    503: "service unavailable",
}
MALFORMED = f"event: content-delta\ndata: {wire.MALFORMED}\n\n".encode()


def _key(request: web.Request) -> str:
    return request.headers.get("authorization", "").partition(" ")[2]


async def _model(request: web.Request) -> str | None:
    return (await wire.json_of(request)).get("model")


def _headers(name: str) -> dict[str, str]:
    return {"x-debug-trace-id": name[:32], "x-endpoint-monthly-call-limit": "1000"}


def _failure(status: int, name: str, reason: str) -> web.Response:
    body = {"id": wire.uuid_of(name), "message": ERRORS.get(status, reason)}
    return web.json_response(body, status=status, headers=_headers(name))


COHERE = Provider("cohere", _key, _model, _failure)


def _usage(body: Json, given: Answer) -> Json:
    """What was read and written, and what of it is billed: not the service's own words around it."""
    usage = used(body, given)
    billed = {"input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"]}
    return {"billed_units": billed, "tokens": {**billed, "input_tokens": billed["input_tokens"] + 60}}


def _finish(given: Answer) -> str:
    if given.tool:
        return "TOOL_CALL"
    return "MAX_TOKENS" if given.cut else "COMPLETE"


def _call(given: Answer, name: str, arguments: str) -> Json:
    assert given.tool is not None
    function = {"name": given.tool.name, "arguments": arguments}
    return {"id": f"{given.tool.name}_{name[:12]}", "type": "function", "function": function}


def _whole(body: Json, given: Answer, name: str) -> Json:
    message: Json = {"role": "assistant"}
    if given.tool:
        message["tool_calls"] = [_call(given, name, given.tool.arguments)]
    else:
        message["content"] = [{"type": "text", "text": given.text}]
    return {
        "id": wire.uuid_of(name),
        "finish_reason": _finish(given),
        "message": message,
        "usage": _usage(body, given),
    }


def _events(body: Json, given: Answer, name: str, count: int | None) -> Iterator[Json]:
    opening = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield {"id": wire.uuid_of(name), "type": "message-start", "delta": {"message": opening}}
    yield from _called(given, name, count) if given.tool else _said(given, count)
    yield {"type": "message-end", "delta": {"finish_reason": _finish(given), "usage": _usage(body, given)}}


def _said(given: Answer, count: int | None) -> Iterator[Json]:
    start = {"message": {"content": {"type": "text", "text": ""}}}
    yield {"type": "content-start", "index": 0, "delta": start}
    for part in parts_of(given.text, count):
        yield {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": part}}}}
    yield {"type": "content-end", "index": 0}


def _called(given: Answer, name: str, count: int | None) -> Iterator[Json]:
    assert given.tool is not None
    yield {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": _call(given, name, "")}}}
    for part in parts_of(given.tool.arguments, count):
        more = {"message": {"tool_calls": {"function": {"arguments": part}}}}
        yield {"type": "tool-call-delta", "index": 0, "delta": more}
    yield {"type": "tool-call-end", "index": 0}


def _encoded(events: Iterator[Json]) -> Iterator[bytes]:
    for event in events:
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
    yield b"data: [DONE]\n\n"


async def chat(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v2/chat."""
    body = await wire.json_of(request)
    name = await wire.request_digest(request)
    given = answered(body, asked)
    if body.get("stream"):
        sent = {**_headers(name), "content-type": "text/event-stream; charset=utf-8"}
        return await wire.stream(request, asked, sent, _encoded(_events(body, given, name, asked.chunks)), MALFORMED)
    sent = {**_headers(name), "content-type": "application/json"}
    return await wire.whole(request, asked, sent, json.dumps(_whole(body, given, name)).encode())


ROUTES = (Route("POST", "/v2/chat", chat, COHERE),)
