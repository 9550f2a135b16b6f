"""The sending half of a provider's websocket: paced, in order, with the accidents a directive asks for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from aiohttp import WSMsgType, web

from otel_voice.simulators import wire
from otel_voice.simulators.behaviour import Behaviour


def websocket(*protocols: str) -> web.WebSocketResponse:
    """The server's side of a connection.

    It is not compressed: a message that `Outbox.clear` cuts short would stay in the compressor, and come out before
    the next one.
    """
    return web.WebSocketResponse(protocols=protocols, compress=False)


class Outbox:
    """Sends what it is given after the asked latency, while the receiving half goes on."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, asked: Behaviour) -> None:
        self._request = request
        self._socket = socket
        self._asked = asked
        self._sent = 0
        self._queue: asyncio.Queue[tuple[float, bytes | str] | Callable[[], None] | None] = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def put(self, message: Mapping[str, Any] | bytes | str, after: float | None = None) -> None:
        """Send a message, a mapping as JSON, `after` seconds from now: by default the asked time to first byte."""
        delay = self._asked.first if after is None else after
        moment = asyncio.get_running_loop().time() + delay
        data = message if isinstance(message, bytes | str) else json.dumps(message)
        self._queue.put_nowait((moment, data))

    def then(self, act: Callable[[], None]) -> None:
        """Do something when all that was put before has been sent."""
        self._queue.put_nowait(act)

    def clear(self) -> None:
        """Forget what was not sent yet, also the message that waits for its moment."""
        self._task.cancel()
        self._queue = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Send what is left to send, unless the client is gone already, and close the socket."""
        if self._socket.closed:
            self._task.cancel()
            return
        self._queue.put_nowait(None)
        await self._task
        await self._socket.close()

    def abandon(self) -> None:
        """Send nothing more: the server stops while the client still holds the connection."""
        self._task.cancel()

    async def _run(self) -> None:
        try:
            while (item := await self._queue.get()) is not None:
                if callable(item):
                    item()
                    continue
                moment, data = item
                await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))
                await self._send(data)
        except ConnectionError:
            # The client left, or was dropped by directive; the receiving half sees the same and ends.
            return

    async def _send(self, data: bytes | str) -> None:
        if self._asked.drop_after == self._sent:
            wire.reset(self._request)
            raise ConnectionResetError
        if self._asked.malformed_after == self._sent:
            data = wire.MALFORMED
        self._sent += 1
        if isinstance(data, bytes):
            await self._socket.send_bytes(data)
        else:
            await self._socket.send_str(data)


async def messages(socket: web.WebSocketResponse, timeout: float | None = None) -> AsyncIterator[bytes | str]:
    """What the client sends until it closes. Raises `asyncio.TimeoutError` after `timeout` idle seconds."""
    while True:
        message = await socket.receive(timeout)
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return
        yield message.data


def decoded(message: str) -> dict[str, Any]:
    """The JSON object a client sent; one without fields when it is none."""
    try:
        data = json.loads(message)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
