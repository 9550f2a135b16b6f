"""OpenAI's responses, whole and streamed, also on the paths of Azure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.language import Answer, answer, content_of, count_tokens, dated, shortened
from otel_voice.simulators.openai import parts_of, reply_json
from otel_voice.simulators.openai_errors import MALFORMED_EVENT, OPENAI, event, headers
from otel_voice.simulators.wire import BadRequestError, Route

Json = dict[str, Any]


def _messages(body: Json) -> list[Json]:
    """The input as chat messages; the output of a function takes the role of a tool."""
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(items, list) or not items:
        raise BadRequestError("Invalid 'input': expected a text or a non-empty array.")
    return [
        {"role": "tool", "content": item.get("output")} if item.get("type") == "function_call_output" else item
        for item in items
    ]


def _answer(body: Json, asked: Behaviour) -> Answer:
    tools = [tool for tool in body.get("tools") or [] if tool.get("type") == "function"]
    wanted = (body.get("text") or {}).get("format") or {}
    messages = _messages(body)
    return shortened(answer(asked, messages, tools, wanted.get("schema")), body.get("max_output_tokens"))


def _usage(body: Json, given: Answer) -> Json:
    prompt = sum(count_tokens(content_of(message)) + 4 for message in _messages(body))
    output = max(1, count_tokens(given.tool.arguments if given.tool else given.text))
    return {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": prompt + output,
    }


def _part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _item(given: Answer, name: str, status: str, filled: bool) -> Json:
    """The one output item: a message, or a call of a function; empty while it is in progress."""
    if given.tool:
        arguments = given.tool.arguments if filled else ""
        call = {"call_id": f"call_{name[:24]}", "name": given.tool.name, "arguments": arguments}
        return {"id": f"fc_{name[:48]}", "type": "function_call", "status": status, **call}
    content = [_part(given.text)] if filled else []
    message = {"type": "message", "role": "assistant", "status": status, "content": content}
    return {"id": f"msg_{name[:48]}", **message}


def _response(body: Json, name: str, status: str, output: list[Json], usage: Json | None) -> Json:
    return {
        "id": f"resp_{name[:48]}",
        "object": "response",
        "created_at": wire.CREATED,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "model": dated(body["model"]),
        "output": output,
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": body.get("store", True),
        "temperature": body.get("temperature", 1.0),
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": body.get("tools") or [],
        "top_p": body.get("top_p", 1.0),
        "truncation": "disabled",
        "usage": usage,
        "user": None,
        "metadata": body.get("metadata") or {},
    }


def _finished(body: Json, given: Answer, name: str) -> Json:
    status = "incomplete" if given.cut else "completed"
    return _response(body, name, status, [_item(given, name, status, filled=True)], _usage(body, given))


def _text_events(given: Answer, place: Json, count: int | None) -> Iterator[Json]:
    inside = {**place, "content_index": 0}
    yield {"type": "response.content_part.added", **inside, "part": _part("")}
    for text in parts_of(given.text, count):
        yield {"type": "response.output_text.delta", **inside, "delta": text, "logprobs": []}
    yield {"type": "response.output_text.done", **inside, "text": given.text, "logprobs": []}
    yield {"type": "response.content_part.done", **inside, "part": _part(given.text)}


def _call_events(arguments: str, place: Json, name: str, count: int | None) -> Iterator[Json]:
    for text in parts_of(arguments, count):
        yield {"type": "response.function_call_arguments.delta", **place, "delta": text}
    yield {"type": "response.function_call_arguments.done", **place, "name": name, "arguments": arguments}


def _events(body: Json, given: Answer, name: str, count: int | None) -> Iterator[Json]:
    begun = _response(body, name, "in_progress", [], None)
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    empty = _item(given, name, "in_progress", filled=False)
    yield {"type": "response.output_item.added", "output_index": 0, "item": empty}
    place = {"item_id": empty["id"], "output_index": 0}
    if given.tool:
        yield from _call_events(given.tool.arguments, place, given.tool.name, count)
    else:
        yield from _text_events(given, place, count)
    finished = _finished(body, given, name)
    yield {"type": "response.output_item.done", "output_index": 0, "item": finished["output"][0]}
    yield {"type": f"response.{finished['status']}", "response": finished}


def _encoded(events: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    for number, data in zip(count(), events, strict=False):
        yield event({**data, "sequence_number": number}, named=data["type"])


async def respond(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../responses."""
    body = await wire.json_of(request)
    if not body.get("model"):
        raise BadRequestError("Missing required parameter: 'model'.")
    name = await wire.request_digest(request)
    given = _answer(body, asked)
    if body.get("stream"):
        sse = {**headers(name), "content-type": "text/event-stream; charset=utf-8"}
        events = _encoded(_events(body, given, name, asked.chunks))
        return await wire.stream(request, asked, sse, events, MALFORMED_EVENT)
    return await reply_json(request, asked, _finished(body, given, name), name)


ROUTES = tuple(
    Route("POST", path, respond, OPENAI) for path in ("/v1/responses", "/openai/responses", "/openai/v1/responses")
)
