"""Groq's chat completions and audio: OpenAI's wire, with what Groq says on top of it.

Its paths are among those of Azure's OpenAI, so the server is found behind the prefix `/groq`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import openai_audio, openai_transcription, wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.language import Answer
from otel_voice.simulators.openai import answered, chunks, completion, events, used
from otel_voice.simulators.openai_errors import MALFORMED_EVENT, OPENAI
from otel_voice.simulators.wire import BadRequestError, Handler, Provider, Route

Json = dict[str, Any]
GROQ = Provider("groq", OPENAI.key_of, OPENAI.model_of, OPENAI.failure)
# Seconds that the service says it spent, the same for every answer.
TIMES = {"queue_time": 0.012, "prompt_time": 0.002, "completion_time": 0.05, "total_time": 0.052}


def _signed(name: str) -> Json:
    return {"id": f"req_01{name[:24]}"}


def _usage(body: Json, given: Answer) -> Json:
    counted = used(body, given)
    return {name: value for name, value in counted.items() if not name.endswith("_details")} | TIMES


def _chunks(body: Json, given: Answer, name: str, count: int | None) -> Iterator[Json]:
    """The first chunk names the request, the last that has a choice tells what was used."""
    first, *middle, last = chunks({**body, "stream_options": None}, given, name, count)
    yield {**first, "x_groq": _signed(name)}
    yield from middle
    usage = _usage(body, given)
    yield {**last, "x_groq": {**_signed(name), "usage": usage}}
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**last, "choices": [], "usage": usage}


async def chat(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /openai/v1/chat/completions."""
    body = await wire.json_of(request)
    if not body.get("model"):
        raise BadRequestError("'model' : property 'model' is missing")
    name = await wire.request_digest(request)
    given = answered(body, asked)
    sent = {"x-request-id": _signed(name)["id"]}
    if body.get("stream"):
        sent["content-type"] = "text/event-stream"
        parts = events(_chunks(body, given, name, asked.chunks))
        return await wire.stream(request, asked, sent, parts, MALFORMED_EVENT)
    whole = {**completion(body, given, name), "usage": _usage(body, given), "x_groq": _signed(name)}
    return await wire.whole(request, asked, {**sent, "content-type": "application/json"}, json.dumps(whole).encode())


def _heard(handler: Handler) -> Handler:
    """Groq does not say what a transcript is billed as, and signs it."""

    async def handle(request: web.Request, asked: Behaviour) -> web.StreamResponse:
        given = await handler(request, Behaviour(transcript=asked.transcript, first=0.0))
        assert isinstance(given, web.Response)
        signed = _signed(await wire.request_digest(request))
        body = given.body
        assert isinstance(body, bytes)
        if given.content_type == "application/json":
            said = {name: value for name, value in json.loads(body).items() if name != "usage"}
            body = json.dumps({**said, "x_groq": signed}).encode()
        sent = {"x-request-id": signed["id"], "content-type": given.headers["content-type"]}
        return await wire.whole(request, asked, sent, body)

    return handle


_PREFIX = "/groq/openai/v1"
ROUTES = (
    Route("POST", f"{_PREFIX}/chat/completions", chat, GROQ),
    Route("POST", f"{_PREFIX}/audio/speech", openai_audio.speech, GROQ),
    Route("POST", f"{_PREFIX}/audio/transcriptions", _heard(openai_transcription.transcribe), GROQ),
    Route("POST", f"{_PREFIX}/audio/translations", _heard(openai_transcription.translate), GROQ),
)
