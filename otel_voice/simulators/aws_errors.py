"""How AWS names itself: where the key and the model are, what its errors look like, and the frames of its streams."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Mapping

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.wire import Provider

# The status that a request asks for -> the status and the code with which the service refuses.
BEDROCK_ERRORS: Mapping[int, tuple[int, str, str]] = {
    400: (400, "ValidationException", ""),
    401: (403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    429: (429, "ThrottlingException", "Too many requests, please wait before trying again."),
    500: (500, "InternalServerException", "The system encountered an unexpected error during processing."),
    503: (503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
}
POLLY_ERRORS: Mapping[int, tuple[int, str, str]] = {
    400: (400, "ValidationException", ""),
    401: (403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    429: (400, "ThrottlingException", "Rate exceeded"),
    500: (500, "ServiceFailureException", "An unknown condition has caused a service failure."),
    503: (503, "ServiceUnavailableException", "Service unavailable"),
}
THROTTLED = ("throttlingException", "Too many tokens, please wait before trying again.")
_CREDENTIAL = re.compile(r"Credential=([^/,]+)")
_STRING = 7


def headers(name: str) -> dict[str, str]:
    """The headers of every answer to the request of this name."""
    return {"x-amzn-RequestId": wire.uuid_of(name)}


def message(payload: bytes, **said: str) -> bytes:
    """One message of an event stream: lengths, checksums, and `said` as the headers that begin with a colon."""
    head = b"".join(_header(f":{name.replace('_', '-')}", value) for name, value in said.items())
    prelude = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    framed = prelude + struct.pack("!I", zlib.crc32(prelude)) + head + payload
    return framed + struct.pack("!I", zlib.crc32(framed))


def _header(name: str, value: str) -> bytes:
    named, valued = name.encode(), value.encode()
    return struct.pack("!B", len(named)) + named + struct.pack("!BH", _STRING, len(valued)) + valued


def event(kind: str, data: Mapping[str, object]) -> bytes:
    """One event of a stream."""
    said = {"event_type": kind, "content_type": "application/json", "message_type": "event"}
    return message(json.dumps(data).encode(), **said)


def exception(kind: str, text: str) -> bytes:
    """What the service sends in place of an event when it cannot go on."""
    said = {"exception_type": kind, "content_type": "application/json", "message_type": "exception"}
    return message(json.dumps({"message": text}).encode(), **said)


MALFORMED_MESSAGE = event("messageStop", {"stopReason": "end_turn"})[:-4] + b"\0\0\0\0"


def _key(request: web.Request) -> str | None:
    found = _CREDENTIAL.search(request.headers.get("authorization", ""))
    return found[1] if found else None


async def _model(request: web.Request) -> str | None:
    return request.match_info.get("model") or (await wire.json_of(request)).get("Engine")


def _provider(name: str, errors: Mapping[int, tuple[int, str, str]]) -> Provider:
    def failure(status: int, request: str, reason: str) -> web.Response:
        given, code, text = errors[status]
        sent = {**headers(request), "x-amzn-ErrorType": f"{code}:http://internal.amazon.com/coral/"}
        return web.json_response({"message": reason or text}, status=given, headers=sent)

    return Provider(name, _key, _model, failure)


BEDROCK = _provider("bedrock", BEDROCK_ERRORS)
POLLY = _provider("polly", POLLY_ERRORS)
