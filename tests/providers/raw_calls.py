"""Websockets that a program opens itself, with each client there is, to the simulators of the providers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from otel_voice import providers
from otel_voice.capture.install import Installation
from otel_voice.providers import services
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink

KEYS = {
    "Authorization": "Token simulated",
    "X-API-Key": "simulated",
    "xi-api-key": "simulated",
    "Cartesia-Version": "2025-04-16",
    "x-goog-api-key": "simulated",
}


@contextmanager
def observed(sink: RecordingSink, simulators: Simulators, provider: str, *more: str) -> Iterator[None]:
    """What goes to the simulators by a websocket of the program's own is this provider's."""
    services.add_hosts({f"127.0.0.1:{simulators.port}": provider})
    installations = [Installation(providers.load(name), sink) for name in ("websockets", "aiohttp", *more)]
    for installation in installations:
        installation.install()
    try:
        yield
    finally:
        for installation in reversed(installations):
            installation.uninstall()
        services._own.clear()
        services._known.clear()


class Socket:
    """The same words for all clients."""

    def __init__(self, send: Any, receive: Any, close: Any) -> None:
        self.send, self.receive, self.close = send, receive, close


@asynccontextmanager
async def by_asyncio(url: str, headers: dict[str, str]) -> AsyncIterator[Socket]:
    """The client of `websockets` that is meant to be used."""
    from websockets.asyncio.client import connect

    async with connect(url, additional_headers=headers) as websocket:
        yield Socket(websocket.send, websocket.recv, websocket.close)


@asynccontextmanager
async def by_awaiting(url: str, headers: dict[str, str]) -> AsyncIterator[Socket]:
    """The same client, awaited, and iterated over."""
    from websockets.asyncio.client import connect

    websocket = await connect(url, additional_headers=headers)
    messages = websocket.__aiter__()
    yield Socket(websocket.send, messages.__anext__, websocket.close)
    await websocket.close()


@asynccontextmanager
async def by_legacy(url: str, headers: dict[str, str]) -> AsyncIterator[Socket]:
    """The client that `websockets` had before 13, and still has."""
    from websockets.legacy.client import connect

    async with connect(url, extra_headers=headers) as websocket:
        yield Socket(websocket.send, websocket.recv, websocket.close)


@asynccontextmanager
async def by_threads(url: str, headers: dict[str, str]) -> AsyncIterator[Socket]:
    """The synchronous client of `websockets`, on threads."""
    from websockets.sync.client import connect

    websocket = await asyncio.to_thread(connect, url, additional_headers=headers)

    async def send(message: Any) -> None:
        await asyncio.to_thread(websocket.send, message)

    async def receive() -> Any:
        return await asyncio.to_thread(websocket.recv)

    async def close() -> None:
        await asyncio.to_thread(websocket.close)

    yield Socket(send, receive, close)
    await close()


@asynccontextmanager
async def by_aiohttp(url: str, headers: dict[str, str]) -> AsyncIterator[Socket]:
    """The client of `aiohttp`."""
    from aiohttp import ClientSession

    async with ClientSession(headers=headers) as session, session.ws_connect(url) as websocket:

        async def send(message: Any) -> None:
            await (websocket.send_str if isinstance(message, str) else websocket.send_bytes)(message)

        async def receive() -> Any:
            message = await websocket.receive()
            if message.type.name not in ("TEXT", "BINARY"):
                raise ConnectionError(message.type.name)
            return message.data

        yield Socket(send, receive, websocket.close)


CLIENTS = (by_asyncio, by_awaiting, by_legacy, by_threads, by_aiohttp)
