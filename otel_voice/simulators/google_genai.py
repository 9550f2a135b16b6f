"""Gemini's generateContent, whole and streamed, in text and in speech; also on the paths of Vertex AI."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.google_genai_errors import GOOGLE
from otel_voice.simulators.language import Answer, Message, answer, content_of, count_tokens, shortened
from otel_voice.simulators.openai import parts_of
from otel_voice.simulators.wire import BadRequestError, Route

RATE = 24000
SPEECH_TYPE = f"audio/L16;codec=pcm;rate={RATE}"
CHUNK_BYTES = RATE * 2 // 10
AUDIO_TOKENS_PER_SECOND = 25
# The SDK gives the headers of an answer to the program, so that they follow from the request like the rest.
HEADERS = {"date": "Wed, 18 Nov 2026 11:06:40 GMT"}
Json = dict[str, Any]


def message_of(content: Mapping[str, Any]) -> Message:
    """One message of a conversation, as the simulated model reads them."""
    parts = content.get("parts") or []
    results = [part["functionResponse"]["response"] for part in parts if "functionResponse" in part]
    if results:
        return {"role": "tool", "content": json.dumps(results[-1].get("result", results[-1]))}
    role = "assistant" if content.get("role") == "model" else "user"
    return {"role": role, "content": " ".join(part["text"] for part in parts if "text" in part)}


def tools_of(tools: Any) -> list[Json]:
    """The functions that may be called."""
    declared = [each for tool in tools or [] for each in tool.get("functionDeclarations") or []]
    return [{**each, "parameters": _lowered(_parameters(each))} for each in declared]


def _parameters(declared: Mapping[str, Any]) -> Any:
    spellings = ("parameters", "parametersJsonSchema", "parameters_json_schema")  # the SDK sends the last of them
    return next((declared[name] for name in spellings if name in declared), {})


def _lowered(schema: Any) -> Any:
    """The schema with its types as JSON schema writes them."""
    if isinstance(schema, list):
        return [_lowered(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: value.lower() if key == "type" and isinstance(value, str) else _lowered(value)
            for key, value in schema.items()}  # fmt: skip


def call_of(given: Answer, name: str) -> Json:
    """The part with which the model calls a function; without a name of the request it gets no id."""
    assert given.tool is not None
    call: Json = {"name": given.tool.name, "args": json.loads(given.tool.arguments)}
    return {"id": f"call_{name[:16]}", **call} if name else call


def counted(modality: str, count: int) -> list[Json]:
    """Tokens of one kind."""
    return [{"modality": modality, "tokenCount": count}]


class _Request:
    """What one request asks for, and the pieces of its answer."""

    def __init__(self, body: Json, place: Mapping[str, str], name: str, asked: Behaviour) -> None:
        contents = body.get("contents")
        if not isinstance(contents, list) or not contents:
            raise BadRequestError("* GenerateContentRequest.contents: contents is not specified")
        self._messages = [message_of(content) for content in contents]
        self._asked = asked
        self._model = place["model"]
        self._on_vertex = "project" in place
        self._name = name
        config = body.get("generationConfig") or {}
        self._speaks = [str(each).upper() for each in config.get("responseModalities") or []] == ["AUDIO"]
        given = answer(asked, self._messages, tools_of(body.get("tools")))
        self._given = shortened(given, config.get("maxOutputTokens"))
        self._choices = config.get("candidateCount") or 1

    def pieces(self, count: int | None) -> Iterator[Json]:
        """The answer in pieces; the last carries the reason of its end and the tokens."""
        parts = list(self._parts(count))
        for index, part in enumerate(parts):
            yield self._piece([part], index == len(parts) - 1)

    def whole(self) -> Json:
        """The answer in one piece."""
        return self._piece(list(self._parts(1)), last=True)

    def _parts(self, count: int | None) -> Iterator[Json]:
        if self._speaks:
            sound = synthesize(content_of(self._messages[-1]), RATE)
            for data in wire.pieces(sound, count, CHUNK_BYTES):
                yield {"inlineData": {"mimeType": SPEECH_TYPE, "data": base64.b64encode(data).decode()}}
        elif self._given.tool:
            yield {"functionCall": call_of(self._given, "" if self._on_vertex else self._name)}
        else:
            for text in parts_of(self._given.text, count):
                yield {"text": text}

    def _piece(self, parts: list[Json], last: bool) -> Json:
        candidate: Json = {"content": {"parts": parts, "role": "model"}}
        if last:
            candidate["finishReason"] = "MAX_TOKENS" if self._given.cut else "STOP"
        candidates = [{**candidate, "index": index} for index in range(self._choices)]
        said = {"candidates": candidates, "modelVersion": f"{self._model}-001", "responseId": self._name[:22]}
        return {**said, "usageMetadata": self._usage()} if last else said

    def _usage(self) -> Json:
        prompt = sum(count_tokens(content_of(message)) + 4 for message in self._messages)
        said = self._given.tool.name + self._given.tool.arguments if self._given.tool else self._given.text
        answered = max(1, count_tokens(said))
        kind = "TEXT"
        if self._speaks:
            kind, seconds = "AUDIO", len(content_of(self._messages[-1])) / 16
            answered = max(1, round(seconds * AUDIO_TOKENS_PER_SECOND))
        return {
            "promptTokenCount": prompt,
            "candidatesTokenCount": answered,
            "totalTokenCount": prompt + answered,
            "promptTokensDetails": counted("TEXT", prompt),
            "candidatesTokensDetails": counted(kind, answered),
        }


def _event(data: Json) -> bytes:
    return f"data: {json.dumps(data)}\r\n\r\n".encode()


async def generate(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../{model}:generateContent."""
    read = await _read(request, asked)
    headers = {**HEADERS, "content-type": "application/json"}
    return await wire.whole(request, asked, headers, json.dumps(read.whole()).encode())


async def generate_stream(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../{model}:streamGenerateContent?alt=sse."""
    read = await _read(request, asked)
    malformed = f"data: {wire.MALFORMED}\r\n\r\n".encode()
    events = (_event(piece) for piece in read.pieces(asked.chunks))
    headers = {**HEADERS, "content-type": "text/event-stream"}
    return await wire.stream(request, asked, headers, events, malformed)


async def _read(request: web.Request, asked: Behaviour) -> _Request:
    name = await wire.request_digest(request)
    return _Request(await wire.json_of(request), request.match_info, name, asked)


_PLACES = (
    "/{version:v1|v1beta|v1alpha}/models",
    "/{version:v1|v1beta1}/projects/{project}/locations/{location}/publishers/google/models",
    "/{version:v1|v1beta1}/publishers/google/models",
)
ROUTES = tuple(
    Route("POST", f"{place}/{{model:[^/:]+}}:{method}", handler, GOOGLE)
    for place in _PLACES
    for method, handler in (("generateContent", generate), ("streamGenerateContent", generate_stream))
)
