"""The messages of Azure's speech service: headers and a body, as text or, with audio in it, as bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from otel_voice.simulators.wire import Provider

SUBPROTOCOLS = ("USP",)
TICKS = 10_000_000
_LENGTH = 2
_BETWEEN = "\r\n\r\n"


@dataclass(frozen=True)
class Message:
    """A message of the client, its headers by their names in lower case."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """What kind of message it is."""
        return self.headers.get("path", "").lower()

    @property
    def request_id(self) -> str:
        """The turn it belongs to."""
        return self.headers.get("x-requestid", "")

    @property
    def json(self) -> dict[str, Any]:
        """The body as an object; one without fields when it is none."""
        try:
            data = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}


def read(message: bytes | str) -> Message:
    """What the client sent."""
    if isinstance(message, str):
        head, _, body = message.partition(_BETWEEN)
        return Message(_headers(head), body.encode())
    length = int.from_bytes(message[:_LENGTH], "big")
    head = message[_LENGTH : _LENGTH + length].decode()
    return Message(_headers(head), message[_LENGTH + length :])


def told(path: str, request_id: str, body: Mapping[str, Any]) -> str:
    """A message of the service without audio."""
    head = f"X-RequestId:{request_id}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}"
    return f"{head}{_BETWEEN}{json.dumps(body)}"


def sound(request_id: str, stream_id: str, data: bytes) -> bytes:
    """A message of the service with audio."""
    head = f"X-RequestId:{request_id}\r\nContent-Type:audio/x-wav\r\nX-StreamId:{stream_id}\r\nPath:audio\r\n".encode()
    return len(head).to_bytes(_LENGTH, "big") + head + data


def _headers(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.split("\r\n") if line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _key(request: web.Request) -> str | None:
    return request.headers.get("ocp-apim-subscription-key") or request.headers.get("authorization")


async def _model(request: web.Request) -> str | None:
    return request.query.get("cid")


def _failure(status: int, name: str, reason: str) -> web.Response:
    return web.Response(text=reason or "refused", status=status)


AZURE_SPEECH = Provider("azure_speech", _key, _model, _failure)
