"""A loopback port whose connections lead to another one, and can be cut: what a lost network looks like from both."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from types import TracebackType

HOST = "127.0.0.1"
_PIECE = 65536


class Line:
    """Passes bytes on to `target`, a port of this machine. Its own port is `port`."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._callers: dict[int, asyncio.StreamWriter] = {}
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)

    def __enter__(self) -> Line:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def cut(self, port: int) -> None:
        """Reset the connection that reaches the target from this port of ours."""
        self._loop.call_soon_threadsafe(self._cut, port)

    def _cut(self, port: int) -> None:
        caller = self._callers.get(port)
        if caller is not None:
            raw = caller.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            caller.transport.abort()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
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
