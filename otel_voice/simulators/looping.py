"""A server of this machine with an event loop and a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TypeVar

HOST = "127.0.0.1"
Self = TypeVar("Self", bound="Looping")


class Looping(ABC):
    """Serves inside a `with` block. Its port is `port`."""

    def __init__(self) -> None:
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    @abstractmethod
    async def listen(self) -> asyncio.AbstractServer:
        """The server, on a free port."""

    async def hang_up(self) -> None:  # noqa: B027 - most have nothing to see to
        """It has been closed: see to the connections that are left."""

    def __enter__(self: Self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await self.listen()
        self.port = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        await self.hang_up()
