"""Amazon Bedrock's converse and invoke_model. Its paths are found behind the prefix `/aws`."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.aws_errors import BEDROCK, MALFORMED_MESSAGE, THROTTLED, event, exception, headers
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.language import Answer, Message, answer, content_of, count_tokens, shortened
from otel_voice.simulators.openai import parts_of
from otel_voice.simulators.wire import BadRequestError, Route

Json = dict[str, Any]
LATENCY = {"latencyMs": 312}


def _understood(message: Message) -> Message:
    """The message in the words of the simulated model: a tool's result has a role of its own there."""
    blocks = message.get("content") or []
    results = [block["toolResult"] for block in blocks if "toolResult" in block]
    if not results:
        return {"role": message.get("role"), "content": blocks}
    return {"role": "tool", "content": [_result(block) for block in results[-1]["content"]]}


def _result(block: Json) -> Json:
    return {"text": json.dumps(block["json"])} if "json" in block else block


def _tools(body: Json) -> list[Json]:
    specs = [tool["toolSpec"] for tool in (body.get("toolConfig") or {}).get("tools") or [] if "toolSpec" in tool]
    return [{**spec, "parameters": spec["inputSchema"]["json"]} for spec in specs]


def _answer(body: Json, asked: Behaviour) -> Answer:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequestError("A conversation must start with a user message. Try again with one.")
    given = answer(asked, [_understood(message) for message in messages], _tools(body))
    return shortened(given, (body.get("inferenceConfig") or {}).get("maxTokens"))


def _usage(body: Json, given: Answer) -> Json:
    """What it took. A system prompt before a cache point is written by the first request, and read by the next."""
    system = body.get("system") or []
    prompt = sum(count_tokens(block["text"]) for block in system if "text" in block)
    cached = prompt if any("cachePoint" in block for block in system) else 0
    later = len(body["messages"]) > 1
    said = sum(count_tokens(content_of(_understood(message))) + 4 for message in body["messages"])
    written = max(1, count_tokens(given.tool.name + given.tool.arguments if given.tool else given.text))
    fresh = said + prompt - cached
    return {
        "inputTokens": fresh,
        "outputTokens": written,
        "totalTokens": fresh + cached + written,
        "cacheReadInputTokens": cached if later else 0,
        "cacheWriteInputTokens": 0 if later else cached,
    }


def _stop_reason(given: Answer) -> str:
    if given.tool:
        return "tool_use"
    return "max_tokens" if given.cut else "end_turn"


def _use(given: Answer, name: str) -> Json:
    assert given.tool is not None
    return {"toolUseId": f"tooluse_{name[:22]}", "name": given.tool.name}


def _block(given: Answer, name: str) -> Json:
    if given.tool is None:
        return {"text": given.text}
    return {"toolUse": {**_use(given, name), "input": json.loads(given.tool.arguments)}}


def _events(body: Json, given: Answer, name: str, count: int | None) -> Iterator[bytes]:
    yield event("messageStart", {"role": "assistant"})
    at = {"contentBlockIndex": 0}
    if given.tool is None:
        for part in parts_of(given.text, count):
            yield event("contentBlockDelta", {**at, "delta": {"text": part}})
    else:
        yield event("contentBlockStart", {**at, "start": {"toolUse": _use(given, name)}})
        for part in parts_of(given.tool.arguments, count):
            yield event("contentBlockDelta", {**at, "delta": {"toolUse": {"input": part}}})
    yield event("contentBlockStop", at)
    yield event("messageStop", {"stopReason": _stop_reason(given)})
    yield event("metadata", {"usage": _usage(body, given), "metrics": LATENCY})


def _failing(events: Iterator[bytes], after: int | None) -> Iterator[bytes]:
    """The events up to the one in whose place the service says that it cannot go on."""
    for index, each in enumerate(events):
        if index == after:
            yield exception(*THROTTLED)
            return
        yield each


async def _streamed(request: web.Request, asked: Behaviour, events: Iterator[bytes]) -> web.StreamResponse:
    name = await wire.request_digest(request)
    sent = {**headers(name), "content-type": "application/vnd.amazon.eventstream"}
    return await wire.stream(request, asked, sent, _failing(events, asked.error_after), MALFORMED_MESSAGE)


async def converse(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /model/{model}/converse."""
    body, name = await wire.json_of(request), await wire.request_digest(request)
    given = _answer(body, asked)
    whole = {
        "metrics": LATENCY,
        "output": {"message": {"role": "assistant", "content": [_block(given, name)]}},
        "stopReason": _stop_reason(given),
        "usage": _usage(body, given),
    }
    sent = {**headers(name), "content-type": "application/json"}
    return await wire.whole(request, asked, sent, json.dumps(whole).encode())


async def converse_stream(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /model/{model}/converse-stream."""
    body = await wire.json_of(request)
    given = _answer(body, asked)
    events = _events(body, given, await wire.request_digest(request), asked.chunks)
    return await _streamed(request, asked, events)


def _native(body: Json) -> Json:
    """A body of a Claude model, as much of it as the simulated model understands."""
    said = [{**each, "content": _texts(each["content"])} for each in body.get("messages") or []]
    return {"messages": said, "inferenceConfig": {"maxTokens": body.get("max_tokens")}}


def _texts(content: Any) -> list[Json]:
    return [{"text": content}] if isinstance(content, str) else content


async def invoke(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /model/{model}/invoke, of a Claude model."""
    body, name = _native(await wire.json_of(request)), await wire.request_digest(request)
    given, sent = _answer(body, asked), {**headers(name), "content-type": "application/json"}
    usage = _usage(body, given)
    sent["x-amzn-bedrock-input-token-count"] = str(usage["inputTokens"])
    sent["x-amzn-bedrock-output-token-count"] = str(usage["outputTokens"])
    whole = {"type": "message", "content": [{"type": "text", "text": given.text}], "stop_reason": "end_turn"}
    return await wire.whole(request, asked, sent, json.dumps(whole).encode())


def _chunks(body: Json, given: Answer, count: int | None) -> Iterator[bytes]:
    yield _chunk({"type": "message_start"})
    for part in parts_of(given.text, count):
        yield _chunk({"type": "content_block_delta", "delta": {"type": "text_delta", "text": part}})
    usage = _usage(body, given)
    counted = {"inputTokenCount": usage["inputTokens"], "outputTokenCount": usage["outputTokens"]}
    yield _chunk({"type": "message_stop", "amazon-bedrock-invocationMetrics": counted})


def _chunk(data: Json) -> bytes:
    return event("chunk", {"bytes": base64.b64encode(json.dumps(data).encode()).decode()})


async def invoke_stream(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /model/{model}/invoke-with-response-stream, of a Claude model."""
    body = _native(await wire.json_of(request))
    return await _streamed(request, asked, _chunks(body, _answer(body, asked), asked.chunks))


ROUTES = (
    Route("POST", "/aws/model/{model}/converse", converse, BEDROCK),
    Route("POST", "/aws/model/{model}/converse-stream", converse_stream, BEDROCK),
    Route("POST", "/aws/model/{model}/invoke", invoke, BEDROCK),
    Route("POST", "/aws/model/{model}/invoke-with-response-stream", invoke_stream, BEDROCK),
)
