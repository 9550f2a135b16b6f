"""Somebody who calls one of the servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


@asynccontextmanager
async def calls(port: int, headers: Any = (), path: str = "/") -> AsyncIterator[Any]:
    """A websocket to the server."""
    from websockets.asyncio.client import connect

    async with connect(f"ws://127.0.0.1:{port}{path}", additional_headers=headers) as websocket:
        yield websocket


async def asks(port: int, path: str, headers: Any = ()) -> Any:
    """The headers of the answer to an HTTP request."""
    from aiohttp import ClientSession

    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}", headers=headers) as response:
        assert response.status == 200
        await response.read()
        return response.headers


async def says(websocket: Any, *words: str) -> None:
    """Say something, and hear the answer to each."""
    for word in words:
        await websocket.send(word)
        await websocket.recv()


async def until(holds: Callable[[], Any]) -> Any:
    """Wait for what must come to hold."""
    async with asyncio.timeout(20) if hasattr(asyncio, "timeout") else _patience():
        while not (found := holds()):
            await asyncio.sleep(0.005)
        return found


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    """The test's own limit, on Python 3.10."""
    yield
