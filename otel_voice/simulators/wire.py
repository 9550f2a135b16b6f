"""What every provider's server shares: routes, refusals, paced bodies and ids that follow the request."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from otel_voice.simulators import behaviour
from otel_voice.simulators.behaviour import Behaviour, DirectiveError

Handler = Callable[[web.Request, Behaviour], Awaitable[web.StreamResponse]]
BAD_REQUEST = 400
UNAUTHORIZED = 401
# Ids and dates must follow from the request alone, so every answer was made at the same moment.
CREATED = 1_795_000_000
CREATED_ISO = "2026-11-18T11:06:40.000Z"
MALFORMED = '{"type": "Results", "channel": {"alternat'


class BadRequestError(Exception):
    """The request is one that the real provider would answer with 400, and why."""


@dataclass(frozen=True)
class Provider:
    """How one provider names itself: where its key and model are, and what its errors look like."""

    name: str
    key_of: Callable[[web.Request], str | None]
    model_of: Callable[[web.Request], Awaitable[str | None]]
    failure: Callable[[int, str, str], web.Response]


@dataclass(frozen=True)
class Route:
    """One path of a provider, in the syntax of aiohttp's router."""

    method: str
    path: str
    handler: Handler
    provider: Provider


def digest(*parts: str | bytes) -> str:
    """A hexadecimal name of 64 characters that depends on nothing but the parts."""
    joined = b"\0".join(part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(joined).hexdigest()


def uuid_of(hexadecimal: str) -> str:
    """The first 32 digits, written as a UUID."""
    h = hexadecimal
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:32]}"


def path_of(request: web.Request) -> str:
    """The request's path as the provider would see it: without the `/simulate/<directives>` prefix."""
    parts = request.rel_url.raw_path.split("/")
    return "/" + "/".join(parts[3:]) if parts[1] == behaviour.PREFIX else request.rel_url.raw_path


async def request_digest(request: web.Request) -> str:
    """The name of a request: of its path, query and body."""
    form = await form_of(request)
    body = repr(sorted(form.items())).encode() if form else await request.read()
    return digest(request.method, path_of(request), request.query_string, body)


async def form_of(request: web.Request) -> Mapping[str, Any]:
    """The fields of a multipart body, a file as bytes, `name[]` as a list; empty for every other body."""
    if not request.content_type.startswith("multipart/"):
        return {}
    fields: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        if name.endswith("[]"):
            fields.setdefault(name, []).append(value)
        else:
            fields[name] = _content(value) if isinstance(value, web.FileField) else value
    return fields


def _content(file: web.FileField) -> bytes:
    # aiohttp keeps the parsed form, so an earlier reader may have left the file at its end.
    file.file.seek(0)
    return file.file.read()


async def json_of(request: web.Request) -> dict[str, Any]:
    """The JSON object in the body. Raises `BadRequestError`."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise BadRequestError(f"We could not parse the JSON body of your request: {error}") from error
    if not isinstance(body, dict):
        raise BadRequestError("The JSON body of your request must be an object.")
    return body


def guarded(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The aiohttp handler of a route: directives, keys and failures first, then the route's own answer."""
    provider = route.provider

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            asked = behaviour.of_request(request.rel_url.raw_path, request.headers)
        except DirectiveError as error:
            return web.json_response({"error": {"message": str(error)}}, status=BAD_REQUEST)
        name = await request_digest(request)
        try:
            status = await _refusal(provider, request, asked)
            if status is not None:
                await asyncio.sleep(asked.first)
                return provider.failure(status, name, "")
            return await route.handler(request, asked)
        except BadRequestError as error:
            return provider.failure(BAD_REQUEST, name, str(error))
        except ConnectionError:
            # The caller hung up, or was cut off by directive: there is nobody left to answer.
            return web.Response()

    return handle


async def _refusal(provider: Provider, request: web.Request, asked: Behaviour) -> int | None:
    if (provider.key_of(request) or "invalid") == "invalid":
        return UNAUTHORIZED
    return asked.fail if asked.fails(await provider.model_of(request), _retry(request)) else None


def _retry(request: web.Request) -> int:
    """Which repetition of a request this is, where its SDK tells: `attempt=1; max=4` is the first try."""
    attempt = re.search(r"attempt=(\d+)", request.headers.get("amz-sdk-request", ""))
    return int(attempt[1]) - 1 if attempt else int(request.headers.get("x-stainless-retry-count", "0"))


def reset(request: web.Request) -> None:
    """Drop the connection the hard way: a TCP reset, no closing chunk, no closing frame."""
    transport = request.transport
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def stream(
    request: web.Request,
    asked: Behaviour,
    headers: Mapping[str, str],
    chunks: Iterable[bytes],
    malformed: bytes = b"\x00malformed\n",
) -> web.StreamResponse:
    """Answer with a chunked body at the pace, and with the accident, that the request asked for."""
    await asyncio.sleep(asked.first)
    response = web.StreamResponse(headers=dict(headers))
    await response.prepare(request)
    for index, chunk in enumerate(chunks):
        if index:
            await asyncio.sleep(asked.interval)
        if asked.drop_after == index:
            reset(request)
            raise ConnectionResetError
        await response.write(malformed if asked.malformed_after == index else chunk)
    await response.write_eof()
    return response


async def whole(request: web.Request, asked: Behaviour, headers: Mapping[str, str], body: bytes) -> web.StreamResponse:
    """Answer with one body of known length; the accidents cut it in the middle or garble it."""
    await asyncio.sleep(asked.first)
    if asked.malformed_after is not None:
        return web.Response(body=MALFORMED.encode(), headers=dict(headers))
    if asked.drop_after is None:
        return web.Response(body=body, headers=dict(headers))
    response = web.StreamResponse(headers={**headers, "content-length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    await asyncio.sleep(asked.interval)
    reset(request)
    raise ConnectionResetError


def pieces(data: bytes, count: int | None, size: int) -> list[bytes]:
    """The data in `count` nearly equal parts, or in parts of `size` bytes when no count is asked for."""
    if count is None:
        return [data[at : at + size] for at in range(0, len(data), size)]
    bounds = [len(data) * part // count for part in range(count + 1)]
    return [data[start:end] for start, end in itertools.pairwise(bounds)]
