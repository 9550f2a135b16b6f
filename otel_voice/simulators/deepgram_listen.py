"""Deepgram's streaming recognition, the websocket /v1/listen."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.deepgram_audio import Decoder
from otel_voice.simulators.deepgram_errors import DEEPGRAM, request_id
from otel_voice.simulators.deepgram_recognizer import Options, Recognizer
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import Route

IDLE_SECONDS = 10.0
IDLE_CODE = 1011
IDLE_REASON = (
    "Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001"
)


def _control(recognizer: Recognizer, text: str) -> list[dict[str, Any]]:
    kind = decoded(text).get("type")
    if kind == "Finalize":
        return recognizer.finalize()
    if kind == "CloseStream":
        return recognizer.close()
    if kind == "KeepAlive":
        return []
    description = "Could not deserialize the text message: expected KeepAlive, Finalize or CloseStream."
    return [{"type": "Error", "variant": "SchemaError", "description": description, "message": text}]


async def _converse(socket: web.WebSocketResponse, recognizer: Recognizer, outbox: Outbox) -> None:
    async for message in messages(socket, IDLE_SECONDS):
        # An empty binary message is the older way to say CloseStream.
        ending = message == b"" or decoded(str(message)).get("type") == "CloseStream"
        if isinstance(message, bytes):
            heard = recognizer.close() if ending else recognizer.feed(message)
        else:
            heard = _control(recognizer, message)
        for result in heard:
            outbox.put(result)
        if ending:
            return


async def listen(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v1/listen, upgraded to a websocket."""
    options, decoder = Options.of(request.query), Decoder(request.query)
    identity = request_id(await wire.request_digest(request))
    socket = websocket("token")
    socket.headers["dg-request-id"] = identity
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    try:
        await _converse(socket, Recognizer(options, decoder, Script(asked.transcript), identity), outbox)
    except asyncio.TimeoutError:
        await socket.close(code=IDLE_CODE, message=IDLE_REASON.encode())
    await outbox.close()
    return socket


ROUTES = (Route("GET", "/v1/listen", listen, DEEPGRAM),)
