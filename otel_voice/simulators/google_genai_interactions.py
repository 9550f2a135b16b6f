"""Gemini's interactions, whole and as events, in the words of 2025 (outputs) and of 2026 (steps)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.google_genai import HEADERS, call_of
from otel_voice.simulators.google_genai_errors import GOOGLE
from otel_voice.simulators.language import Answer, answer, count_tokens
from otel_voice.simulators.openai import parts_of
from otel_voice.simulators.wire import CREATED_ISO, BadRequestError, Route

Json = dict[str, Any]


class _Interaction:
    """One interaction, and the events in which it may come."""

    def __init__(self, body: Json, name: str, asked: Behaviour, in_steps: bool) -> None:
        if body.get("input") is None:
            raise BadRequestError("input is required")
        self._in_steps = in_steps
        self._name = name
        self._model = body.get("model") or body.get("agent")
        self._messages = [_message(item) for item in _items(body["input"])]
        tools = [tool for tool in body.get("tools") or [] if tool.get("type") == "function"]
        self._given: Answer = answer(asked, self._messages, tools)

    def whole(self) -> Json:
        """The answer in one piece."""
        said = {"type": "text", "text": self._given.text}
        if self._given.tool:
            output = self._call()
        else:
            output = {"type": "model_output", "content": [said]} if self._in_steps else said
        return {**self._about(self._status), "steps" if self._in_steps else "outputs": [output]}

    def events(self, count: int | None) -> Iterator[Json]:
        """The answer in events."""
        begun, kind, done = ("created", "step", "completed") if self._in_steps else ("start", "content", "complete")
        yield {"event_type": f"interaction.{begun}", "interaction": self._about("in_progress")}
        if self._given.tool:
            opening, parts = self._call(), []
        else:
            opening = {"type": "model_output"} if self._in_steps else {"type": "text"}
            parts = parts_of(self._given.text, count)
        yield {"event_type": f"{kind}.start", "index": 0, kind: opening}
        for part in parts:
            yield {"event_type": f"{kind}.delta", "index": 0, "delta": {"type": "text", "text": part}}
        yield {"event_type": f"{kind}.stop", "index": 0}
        yield {"event_type": f"interaction.{done}", "interaction": self._about(self._status)}

    @property
    def _status(self) -> str:
        return "requires_action" if self._given.tool else "completed"

    def _call(self) -> Json:
        call = call_of(self._given, self._name)
        return {"type": "function_call", "id": call["id"], "name": call["name"], "arguments": call["args"]}

    def _about(self, status: str) -> Json:
        about = {"id": f"v1_{self._name[:20]}", "object": "interaction", "model": self._model, "status": status}
        about |= {"created": CREATED_ISO, "updated": CREATED_ISO, "role": "model"}
        if status == "in_progress":
            return about
        prompt = sum(count_tokens(message["content"]) + 4 for message in self._messages)
        answered = max(1, count_tokens(self._given.tool.arguments if self._given.tool else self._given.text))
        return {
            **about,
            "usage": {
                "total_input_tokens": prompt,
                "total_output_tokens": answered,
                "total_tokens": prompt + answered,
                "input_tokens_by_modality": [{"modality": "text", "tokens": prompt}],
                "output_tokens_by_modality": [{"modality": "text", "tokens": answered}],
            },
        }


def _items(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _message(item: Any) -> Json:
    if isinstance(item, str):
        return {"role": "user", "content": item}
    if item.get("type") == "function_result":
        return {"role": "tool", "content": json.dumps(item.get("result"))}
    content = item.get("content") or item.get("text") or ""
    said = content if isinstance(content, str) else " ".join(part.get("text") or "" for part in content)
    return {"role": item.get("role") or "user", "content": said}


def _event(data: Json) -> bytes:
    return f"event: {data['event_type']}\ndata: {json.dumps(data)}\n\n".encode()


async def create(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../interactions."""
    body = await wire.json_of(request)
    # The SDK's first client for it says by which generator it was written.
    in_steps = "x-stainless-lang" not in request.headers
    interaction = _Interaction(body, await wire.request_digest(request), asked, in_steps)
    if not body.get("stream"):
        headers = {**HEADERS, "content-type": "application/json"}
        return await wire.whole(request, asked, headers, json.dumps(interaction.whole()).encode())
    malformed = f"event: step.delta\ndata: {wire.MALFORMED}\n\n".encode()
    events = (_event(each) for each in interaction.events(asked.chunks))
    return await wire.stream(request, asked, {**HEADERS, "content-type": "text/event-stream"}, events, malformed)


ROUTES = (Route("POST", "/{version:v1|v1beta|v1alpha}/interactions", create, GOOGLE),)
