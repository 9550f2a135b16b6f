"""A loopback port whose connections lead to another one, and can be cut: what a lost network looks like from both."""

from __future__ import annotations

import asyncio
import socket
import struct

from otel_voice.simulators.looping import HOST, Looping

_PIECE = 65536


class Line(Looping):
    """Passes bytes on to `target`, a port of this machine. Its own port is `port`."""

    def __init__(self, target: int) -> None:
        super().__init__()
        self._target = target
        self._callers: dict[int, asyncio.StreamWriter] = {}

    def cut(self, port: int) -> None:
        """Reset the connection that reaches the target from this port of ours."""
        self._loop.call_soon_threadsafe(self._cut, port)

    def _cut(self, port: int) -> None:
        caller = self._callers.get(port)
        if caller is not None:
            raw = caller.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            caller.transport.abort()

    async def listen(self) -> asyncio.AbstractServer:
        return await asyncio.start_server(self._connected, HOST, 0)

    async def hang_up(self) -> None:
        for caller in tuple(self._callers.values()):
            caller.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, heard: asyncio.StreamReader, caller: asyncio.StreamWriter) -> None:
        answers, target = await asyncio.open_connection(HOST, self._target)
        port = target.get_extra_info("sockname")[1]
        self._callers[port] = caller
        await asyncio.gather(_pass(heard, target), _pass(answers, caller))
        del self._callers[port]


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(_PIECE):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass
    finally:
        sink.close()
