"""The pages as an ASGI application, to be mounted in the program's own or served by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from otel_voice.health import loops
from otel_voice.health.answering import Answering
from otel_voice.health.pages import Answer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class HealthApp:
    """ASGI 3. It runs no check on the event loop that serves it, and waits without blocking it."""

    def __init__(self, pages: Answering) -> None:
        self._pages = pages

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request, the lifespan, or turn a websocket away."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            _watch_this_loop()
            answer = await self.answer(scope["method"], _target(scope))
            await _send(send, answer, scope["method"])

    async def answer(self, method: str, path: str) -> Answer:
        """The answer of a page."""
        return await asyncio.wrap_future(self._pages.answer(method, path))


def _target(scope: MutableMapping[str, Any]) -> str:
    """The path and the query, as a request over a socket has them."""
    query = bytes(scope.get("query_string", b"")).decode("latin-1")
    return f"{_path(scope)}?{query}" if query else _path(scope)


def _path(scope: MutableMapping[str, Any]) -> str:
    """The path below where the application is mounted; frameworks differ in whether `path` is the whole."""
    path, root = str(scope["path"]), str(scope.get("root_path", "")).rstrip("/")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def _watch_this_loop() -> None:
    monitor = loops.monitor()
    if monitor is not None:
        monitor.seen()


async def _send(send: Send, answer: Answer, method: str) -> None:
    headers = [*answer.headers(), ("Content-Length", str(len(answer.body)))]
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
