"""LMNT: text to speech over HTTP, and a session of text and audio on a websocket."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import EncodingError
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import BadRequestError, Provider, Route

FORMATS = {"pcm_s16le": "pcm", "pcm_f32le": "f32", "ulaw": "ulaw", "wav": "wav", "mp3": "mp3"}
RATE = 24000
CHUNK_SECONDS = 0.1
ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    429: "rate_limit_error",
    500: "internal_server_error",
    503: "internal_server_error",
}
Json = dict[str, Any]


def _upgrades(request: web.Request) -> bool:
    return request.headers.get("upgrade", "").lower() == "websocket"


def _key(request: web.Request) -> str | None:
    # A session says its key in the first message.
    return "told later" if _upgrades(request) else request.headers.get("x-api-key")


async def _model(request: web.Request) -> str | None:
    return None if _upgrades(request) else (await wire.json_of(request)).get("model")


def error(status: int, reason: str) -> Json:
    """An error's body, as an answer and as a message."""
    return {"type": ERRORS[status], "message": reason or "refused"}


def _failure(status: int, name: str, reason: str) -> web.Response:
    return web.json_response({"error": error(status, reason)}, status=status, headers={"request-id": name[:12]})


LMNT = Provider("lmnt", _key, _model, _failure)


def _spoken(text: str, asked: Mapping[str, Any], behaviour: Behaviour) -> list[bytes]:
    name = str(asked.get("format") or "mp3")
    if name not in FORMATS:
        raise BadRequestError(f"The simulator cannot encode {name!r}; it offers {', '.join(FORMATS)}.")
    wanted = Format(FORMATS[name], int(asked.get("sample_rate") or RATE))
    try:
        audio = speak(text, wanted)
    except EncodingError as wrong:
        raise BadRequestError(str(wrong)) from wrong
    return wire.pieces(audio, behaviour.chunks, int(bytes_per_second(wanted) * CHUNK_SECONDS) // 4 * 4)


async def _request(request: web.Request) -> tuple[Json, dict[str, str]]:
    body = await wire.json_of(request)
    if not body.get("text"):
        raise BadRequestError("text must not be empty.")
    return body, {"request-id": (await wire.request_digest(request))[:12]}


async def generate(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/ai/speech/bytes."""
    body, headers = await _request(request)
    headers["content-type"] = "application/octet-stream"
    return await wire.stream(request, asked, headers, _spoken(body["text"], body, asked))


async def detailed(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /v1/ai/speech."""
    body, headers = await _request(request)
    headers["content-type"] = "application/json"
    audio = base64.b64encode(b"".join(_spoken(body["text"], body, asked))).decode()
    answer = {"audio": audio, "durations": [], "timestamps": [], "seed": 7}
    return await wire.whole(request, asked, headers, json.dumps(answer).encode())


class Session:
    """What one websocket has to say. The protocol of before 2.6 has other names for the same."""

    def __init__(self, outbox: Outbox, config: Json, asked: Behaviour, identity: str) -> None:
        self._outbox, self._config, self._asked = outbox, config, asked
        self._text = ""
        self._named = {"request_id": identity}
        self._is_new = "lmnt-version" in config

    def begin(self) -> bool:
        """Greet; False when the session is refused."""
        if self._config.get("X-API-Key") == "invalid":
            self._refuse(401, "Invalid API key.")
            return False
        if self._is_new:
            self._outbox.put({"type": "ready", **self._named}, 0)
        return True

    def handle(self, message: Json) -> bool:
        """Act on a message; False when it was the last."""
        kind = message.get("type") or message.get("command")
        if kind == "flush" or message.get("flush"):
            self._speak()
            if "nonce" in message:
                done = {"type": "flush_complete"} if self._is_new else {"complete": "flush"}
                self._outbox.put({**done, "nonce": message["nonce"]}, 0)
        elif kind == "reset":
            self._text = ""
        elif kind in ("finish", "eof") or message.get("eof"):
            self._speak()
            return False
        elif self._asked.fails(self._config.get("voice"), 0):
            self._refuse(self._asked.fail or 500, "The voice was refused.")
            return False
        else:
            self._text += str(message.get("text") or "")
        return True

    def _speak(self) -> None:
        text, self._text = self._text, ""
        if text:
            for index, part in enumerate(_spoken(text, self._config, self._asked)):
                self._outbox.put(part, self._asked.first + index * self._asked.interval)

    def _refuse(self, status: int, reason: str) -> None:
        said = error(status, reason)
        self._outbox.put({"type": "error", "error": said, **self._named} if self._is_new else {"error": reason}, 0)


async def converse(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v1/ai/speech/stream, upgraded to a websocket."""
    identity = (await wire.request_digest(request))[:12]
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    session: Session | None = None
    async for message in messages(socket):
        if session is None:
            session = Session(outbox, decoded(str(message)), asked, identity)
            if not session.begin():
                break
        elif not session.handle(decoded(str(message))):
            break
    await outbox.close()
    return socket


ROUTES = (
    Route("POST", "/v1/ai/speech/bytes", generate, LMNT),
    Route("POST", "/v1/ai/speech", detailed, LMNT),
    Route("GET", "/v1/ai/speech/stream", converse, LMNT),
)
