"""Ollama's chat and completions: whole, or a JSON object on each line.

A server of one's own asks for no key, so that any request has one here, unless it carries the one that is invalid.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.language import Answer
from otel_voice.simulators.openai import answered, parts_of, used
from otel_voice.simulators.wire import Provider, Route

Json = dict[str, Any]
Said = Callable[[str], Json]
ERRORS = {
    401: "unauthorized",
    429: "too many requests",
    500: "llama runner process has terminated",
    503: "server busy, please try again.  maximum pending requests exceeded",
}
_NANOSECONDS = 20_000_000


def _key(request: web.Request) -> str:
    return request.headers.get("authorization", "Bearer none").partition(" ")[2]


async def _model(request: web.Request) -> str | None:
    return (await wire.json_of(request)).get("model")


def _failure(status: int, name: str, reason: str) -> web.Response:
    return web.json_response({"error": ERRORS.get(status, reason)}, status=status)


OLLAMA = Provider("ollama", _key, _model, _failure)


def _ended(body: Json, given: Answer) -> Json:
    usage = used(body, given)
    return {
        "done": True,
        "done_reason": "length" if given.cut else "stop",
        "total_duration": 2 * _NANOSECONDS,
        "load_duration": 0,
        "prompt_eval_count": usage["prompt_tokens"],
        "prompt_eval_duration": _NANOSECONDS,
        "eval_count": usage["completion_tokens"],
        "eval_duration": _NANOSECONDS,
    }


def _message(given: Answer) -> Said:
    calls = (
        [{"function": {"name": given.tool.name, "arguments": json.loads(given.tool.arguments)}}] if given.tool else []
    )
    told = {"tool_calls": calls} if calls else {}
    return lambda text: {"message": {"role": "assistant", "content": text, **told}}


def _lines(body: Json, given: Answer, said: Said, count: int | None) -> Iterator[bytes]:
    head = {"model": body["model"], "created_at": wire.CREATED_ISO}
    for part in parts_of(given.text, count):
        yield json.dumps({**head, **said(part), "done": False}).encode() + b"\n"
    yield json.dumps({**head, **said(""), **_ended(body, given)}).encode() + b"\n"


async def _answer(
    request: web.Request, asked: Behaviour, body: Json, saying: Callable[[Answer], Said]
) -> web.StreamResponse:
    limit = (body.get("options") or {}).get("num_predict")
    given = answered({**body, "max_tokens": limit}, asked)
    said = saying(given)
    if body.get("stream", True):
        sent = {"content-type": "application/x-ndjson"}
        malformed = wire.MALFORMED.encode() + b"\n"
        return await wire.stream(request, asked, sent, _lines(body, given, said, asked.chunks), malformed)
    head = {"model": body["model"], "created_at": wire.CREATED_ISO}
    whole = {**head, **said(given.text), **_ended(body, given)}
    return await wire.whole(request, asked, {"content-type": "application/json"}, json.dumps(whole).encode())


async def chat(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /api/chat."""
    return await _answer(request, asked, await wire.json_of(request), _message)


async def generate(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /api/generate."""
    body = await wire.json_of(request)
    messages = [{"role": "user", "content": body.get("prompt") or ""}]
    return await _answer(request, asked, {**body, "messages": messages}, lambda _: lambda text: {"response": text})


ROUTES = (Route("POST", "/api/chat", chat, OLLAMA), Route("POST", "/api/generate", generate, OLLAMA))
