"""OpenAI's chat completions, whole and streamed, also on the paths of Azure."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.language import Answer, answer, content_of, count_tokens, dated, shortened, tokens
from otel_voice.simulators.openai_errors import DONE, MALFORMED_EVENT, OPENAI, event, headers
from otel_voice.simulators.wire import BadRequestError, Route

Json = dict[str, Any]


def _tools(body: Json) -> list[Json]:
    return [tool["function"] for tool in body.get("tools") or [] if "function" in tool]


def _schema(body: Json) -> Json | None:
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_object":
        return {"type": "object"}
    return (wanted.get("json_schema") or {}).get("schema")


def answered(body: Json, asked: Behaviour) -> Answer:
    """What the model says to a request."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequestError("Invalid 'messages': expected a non-empty array.")
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    tools = [] if body.get("tool_choice") == "none" else _tools(body)
    return shortened(answer(asked, messages, tools, _schema(body)), limit)


def used(body: Json, given: Answer) -> Json:
    """What an answer cost, in tokens."""
    prompt = sum(count_tokens(content_of(message)) + 4 for message in body["messages"])
    text = given.tool.name + given.tool.arguments if given.tool else given.text
    completion = max(1, count_tokens(text)) * (body.get("n") or 1)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _finish(given: Answer) -> str:
    if given.tool:
        return "tool_calls"
    return "length" if given.cut else "stop"


def _call(given: Answer, name: str) -> Json:
    assert given.tool is not None
    function = {"name": given.tool.name, "arguments": given.tool.arguments}
    return {"id": f"call_{name[:24]}", "type": "function", "function": function}


def _message(given: Answer, name: str) -> Json:
    message: Json = {"role": "assistant", "content": given.text or None, "refusal": None, "annotations": []}
    return {**message, "tool_calls": [_call(given, name)]} if given.tool else message


def _envelope(kind: str, body: Json, name: str) -> Json:
    return {
        "id": f"chatcmpl-{name[:29]}",
        "object": kind,
        "created": wire.CREATED,
        "model": dated(body["model"]),
        "service_tier": "default",
        "system_fingerprint": f"fp_{wire.digest(body['model'])[:10]}",
    }


def completion(body: Json, given: Answer, name: str) -> Json:
    """A whole answer."""
    choice = {"message": _message(given, name), "logprobs": None, "finish_reason": _finish(given)}
    choices = [{"index": index, **choice} for index in range(body.get("n") or 1)]
    return {**_envelope("chat.completion", body, name), "choices": choices, "usage": used(body, given)}


def _deltas(given: Answer, name: str, count: int | None) -> Iterator[Json]:
    """The deltas of one choice: the role, then the words or the fragments of the tool's arguments."""
    opening: Json = {"role": "assistant", "content": None if given.tool else "", "refusal": None}
    if given.tool is None:
        yield opening
        yield from ({"content": part} for part in parts_of(given.text, count))
        return
    call = _call(given, name)
    call["function"] = {**call["function"], "arguments": ""}
    yield {**opening, "tool_calls": [{"index": 0, **call}]}
    for part in parts_of(given.tool.arguments, count):
        yield {"tool_calls": [{"index": 0, "function": {"arguments": part}}]}


def parts_of(text: str, count: int | None) -> list[str]:
    """A text in `count` nearly equal parts, or word by word when no count is asked for."""
    if count is None:
        return tokens(text)
    bounds = [len(text) * part // count for part in range(count + 1)]
    return [text[start:end] for start, end in itertools.pairwise(bounds)]


def _choice(index: int, delta: Json, finish: str | None = None) -> Json:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}


def chunks(body: Json, given: Answer, name: str, count: int | None) -> Iterator[Json]:
    """The chunks of a streamed answer."""
    with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    envelope = _envelope("chat.completion.chunk", body, name)
    silent = {"usage": None} if with_usage else {}
    choices = range(body.get("n") or 1)
    for delta in _deltas(given, name, count):
        for index in choices:
            yield {**envelope, "choices": [_choice(index, delta)], **silent}
    for index in choices:
        yield {**envelope, "choices": [_choice(index, {}, _finish(given))], **silent}
    if with_usage:
        yield {**envelope, "choices": [], "usage": used(body, given)}


def events(chunks: Iterable[Json]) -> Iterator[bytes]:
    """Chunks as server-sent events, to the last."""
    yield from map(event, chunks)
    yield DONE


async def chat(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../chat/completions."""
    body = {"model": request.match_info.get("model"), **await wire.json_of(request)}
    if not body["model"]:
        raise BadRequestError("you must provide a model parameter")
    name = await wire.request_digest(request)
    given = answered(body, asked)
    if body.get("stream"):
        sse = {**headers(name), "content-type": "text/event-stream; charset=utf-8"}
        parts = events(chunks(body, given, name, asked.chunks))
        return await wire.stream(request, asked, sse, parts, MALFORMED_EVENT)
    return await reply_json(request, asked, completion(body, given, name), name)


async def reply_json(request: web.Request, asked: Behaviour, data: Mapping[str, Any], name: str) -> web.StreamResponse:
    """Answer with a JSON object."""
    sent = {**headers(name), "content-type": "application/json"}
    return await wire.whole(request, asked, sent, json.dumps(data).encode())


ROUTES = tuple(
    Route("POST", path, chat, OPENAI)
    for path in (
        "/v1/chat/completions",
        "/openai/deployments/{model}/chat/completions",
        "/openai/v1/chat/completions",
    )
)
