"""Anthropic's messages, whole and streamed, also on the paths of Vertex AI and Bedrock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.anthropic_errors import ANTHROPIC, MALFORMED_EVENT, OVERLOADED, error, event, headers
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.language import Answer, Message, answer, content_of, count_tokens, shortened
from otel_voice.simulators.openai import parts_of
from otel_voice.simulators.wire import BadRequestError, Route

DATED = {"claude-haiku-4-5": "claude-haiku-4-5-20251001", "claude-sonnet-4-5": "claude-sonnet-4-5-20250929"}
Json = dict[str, Any]


def _blocks(content: Any) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or [])


def _understood(message: Message) -> Message:
    """The message in the words of the simulated model: a tool's result has a role of its own there."""
    results = [block for block in _blocks(message.get("content")) if block.get("type") == "tool_result"]
    if not results:
        return {"role": message.get("role"), "content": _blocks(message.get("content"))}
    return {"role": "tool", "content": _blocks(results[-1].get("content"))}


def _tools(body: Json) -> list[Json]:
    return [{**tool, "parameters": tool["input_schema"]} for tool in body.get("tools") or [] if "input_schema" in tool]


def _answer(body: Json, asked: Behaviour) -> Answer:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequestError("messages: at least one message is required")
    if not isinstance(body.get("max_tokens"), int):
        raise BadRequestError("max_tokens: Field required")
    wanted = (body.get("output_config") or {}).get("format") or {}
    given = answer(asked, [_understood(message) for message in messages], _tools(body), wanted.get("schema"))
    return shortened(given, body["max_tokens"])


def _input_usage(body: Json) -> Json:
    """What was read. A system prompt marked for the cache is written by the first request, and read by the next."""
    system = _blocks(body.get("system"))
    cached = sum(count_tokens(block["text"]) for block in system if "cache_control" in block)
    later = len(body["messages"]) > 1
    fresh = [block for block in system if "cache_control" not in block]
    said = [content_of(_understood(message)) for message in body["messages"]]
    return {
        "input_tokens": sum(count_tokens(block["text"]) for block in fresh) + sum(count_tokens(t) + 4 for t in said),
        "cache_creation_input_tokens": 0 if later else cached,
        "cache_read_input_tokens": cached if later else 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0 if later else cached, "ephemeral_1h_input_tokens": 0},
        "service_tier": "standard",
    }


def _output_tokens(given: Answer) -> int:
    return max(1, count_tokens(given.tool.name + given.tool.arguments if given.tool else given.text))


def _stop_reason(given: Answer) -> str:
    if given.tool:
        return "tool_use"
    return "max_tokens" if given.cut else "end_turn"


def _message(body: Json, name: str) -> Json:
    model = body["model"]
    return {
        "id": f"msg_01{name[:22]}",
        "type": "message",
        "role": "assistant",
        "model": DATED.get(model, model),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**_input_usage(body), "output_tokens": 1},
    }


def _block(given: Answer, name: str) -> Json:
    if given.tool is None:
        return {"type": "text", "text": given.text}
    return {"type": "tool_use", "id": f"toolu_01{name[:22]}", "name": given.tool.name, "input": {}}


def _whole(body: Json, given: Answer, name: str) -> Json:
    message = _message(body, name)
    block = _block(given, name)
    if given.tool:
        block["input"] = json.loads(given.tool.arguments)
    message["usage"]["output_tokens"] = _output_tokens(given)
    return {**message, "content": [block], "stop_reason": _stop_reason(given)}


def _deltas(given: Answer, count: int | None) -> Iterator[Json]:
    if given.tool is None:
        yield from ({"type": "text_delta", "text": part} for part in parts_of(given.text, count))
    else:
        parts = parts_of(given.tool.arguments, count)
        yield from ({"type": "input_json_delta", "partial_json": part} for part in parts)


def _events(body: Json, given: Answer, name: str, count: int | None) -> Iterator[bytes]:
    yield event({"type": "message_start", "message": _message(body, name)})
    block = _block(given, name) if given.tool else {"type": "text", "text": ""}
    yield event({"type": "content_block_start", "index": 0, "content_block": block}) + event({"type": "ping"})
    for delta in _deltas(given, count):
        yield event({"type": "content_block_delta", "index": 0, "delta": delta})
    yield event({"type": "content_block_stop", "index": 0})
    stopped = {"stop_reason": _stop_reason(given), "stop_sequence": None}
    usage = {**_input_usage(body), "output_tokens": _output_tokens(given)}
    yield event({"type": "message_delta", "delta": stopped, "usage": usage})
    yield event({"type": "message_stop"})


def _failing(events: Iterator[bytes], after: int | None, name: str) -> Iterator[bytes]:
    """The events up to the one in whose place the service says that it cannot go on."""
    for index, each in enumerate(events):
        if index == after:
            yield event(error(*OVERLOADED, name))
            return
        yield each


async def messages(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../messages, and the paths that stand for it elsewhere."""
    body = {"model": request.match_info.get("model"), **await wire.json_of(request)}
    if not body["model"]:
        raise BadRequestError("model: Field required")
    name = await wire.request_digest(request)
    given = _answer(body, asked)
    if not body.get("stream"):
        return await _reply(request, asked, _whole(body, given, name), name)
    sse = {**headers(name), "content-type": "text/event-stream; charset=utf-8"}
    events = _failing(_events(body, given, name, asked.chunks), asked.error_after, name)
    return await wire.stream(request, asked, sse, events, MALFORMED_EVENT)


async def count(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../messages/count_tokens."""
    body = await wire.json_of(request)
    return await _reply(
        request,
        asked,
        {"input_tokens": _input_usage({"messages": [], **body})["input_tokens"]},
        await wire.request_digest(request),
    )


async def _reply(request: web.Request, asked: Behaviour, data: Mapping[str, Any], name: str) -> web.StreamResponse:
    sent = {**headers(name), "content-type": "application/json"}
    return await wire.whole(request, asked, sent, json.dumps(data).encode())


_VERTEX = "/v1/projects/{project}/locations/{region}/publishers/anthropic/models/{model}"
ROUTES = (
    Route("POST", "/v1/messages", messages, ANTHROPIC),
    Route("POST", "/v1/messages/count_tokens", count, ANTHROPIC),
    Route("POST", _VERTEX + ":rawPredict", messages, ANTHROPIC),
    Route("POST", _VERTEX + ":streamRawPredict", messages, ANTHROPIC),
    Route("POST", "/model/{model}/invoke", messages, ANTHROPIC),
)
