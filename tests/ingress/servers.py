"""The same agent behind every server there is: a websocket at `/`, and over HTTP `/health` and `/ask/{model}`.

A websocket answers each text that is not JSON; `bye` makes the handler return, `fail` makes it fail.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

from tests.ingress.agents import Agent


class BrokenError(Exception):
    """What a handler of these servers fails with."""


async def serve_asgi(app: Any, **options: Any) -> AsyncIterator[int]:
    import uvicorn

    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off", **options)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


def fastapi_app(agent: Agent, **options: Any) -> Any:
    from fastapi import FastAPI, WebSocket

    app = FastAPI(**options)

    async def call(websocket: Any) -> None:
        await websocket.accept()
        async for said in websocket.iter_text():
            if said == "bye":
                return
            if said == "fail":
                raise BrokenError
            await websocket.send_text("" if said.startswith("{") else await agent.answer(said))

    # Not from the annotations of this module, which are strings.
    call.__annotations__ = {"websocket": WebSocket, "return": None}
    app.websocket("/")(call)

    async def health() -> str:
        return "ok"

    async def ask(model: str) -> str:
        return await agent.answer(model)

    ask.__annotations__ = {"model": str, "return": str}
    app.get("/health")(health)
    app.get("/ask/{model}")(ask)
    return app


def bare_app(agent: Agent) -> Any:
    """An ASGI application of no framework."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            said = scope["path"].rpartition("/")[2]
            body = "ok" if said == "health" else await agent.answer(said)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body.encode()})
            return
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            said = message["text"]
            if said == "bye":
                return
            if said == "fail":
                raise BrokenError
            await send({"type": "websocket.send", "text": "" if said.startswith("{") else await agent.answer(said)})

    return app


@asynccontextmanager
async def uvicorn_sansio(agent: Agent) -> AsyncIterator[int]:
    """FastAPI on the protocol of uvicorn that is built on `websockets` without its servers, where there is one."""
    newer = find_spec("uvicorn.protocols.websockets.websockets_sansio_impl") is not None
    async for port in serve_asgi(fastapi_app(agent), ws="websockets-sansio" if newer else "auto"):
        yield port


@asynccontextmanager
async def uvicorn_legacy(agent: Agent) -> AsyncIterator[int]:
    """No framework, on the protocol of uvicorn that is built on the legacy server of `websockets`."""
    async for port in serve_asgi(bare_app(agent), ws="websockets"):
        yield port


@asynccontextmanager
async def hypercorn(agent: Agent) -> AsyncIterator[int]:
    """FastAPI on Hypercorn."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config, Sockets

    config, found = Config(), []
    config.bind, config.loglevel = ["127.0.0.1:0"], "critical"
    create = config.create_sockets

    def created() -> Sockets:
        sockets = create()
        found.extend(sockets.insecure_sockets)
        return sockets

    config.create_sockets = created  # type: ignore[method-assign]
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(fastapi_app(agent), config, shutdown_trigger=stop.wait))
    while not found:
        await asyncio.sleep(0.005)
    yield found[0].getsockname()[1]
    stop.set()
    await serving


@asynccontextmanager
async def aiohttp(agent: Agent) -> AsyncIterator[int]:
    from aiohttp import WSMsgType, web

    async def call(request: Any) -> Any:
        websocket = web.WebSocketResponse()
        await websocket.prepare(request)
        async for message in websocket:
            if message.type is not WSMsgType.TEXT or message.data == "bye":
                break
            if message.data == "fail":
                raise BrokenError
            await websocket.send_str("" if message.data.startswith("{") else await agent.answer(message.data))
        return websocket

    async def health(request: Any) -> Any:
        return web.Response(text="ok")

    async def ask(request: Any) -> Any:
        return web.Response(text=await agent.answer(request.match_info["model"]))

    app = web.Application()
    app.add_routes([web.get("/", call), web.get("/health", health), web.get("/ask/{model}", ask)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


def _caller(agent: Agent) -> Any:
    async def call(websocket: Any) -> None:
        async for said in websocket:
            if said == "bye":
                return
            if said == "fail":
                raise BrokenError
            await websocket.send("" if said.startswith("{") else await agent.answer(said))

    return call


@asynccontextmanager
async def websockets(agent: Agent) -> AsyncIterator[int]:
    from websockets.asyncio.server import serve

    async with serve(_caller(agent), "127.0.0.1", 0) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@asynccontextmanager
async def websockets_legacy(agent: Agent) -> AsyncIterator[int]:
    from websockets.legacy.server import serve

    async with serve(_caller(agent), "127.0.0.1", 0) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@asynccontextmanager
async def websockets_sync(agent: Agent) -> AsyncIterator[int]:
    from websockets.sync.server import serve

    def call(websocket: Any) -> None:
        for said in websocket:
            if said == "bye":
                return
            if said == "fail":
                raise BrokenError
            websocket.send("" if said.startswith("{") else agent.answer_sync(said))

    with serve(call, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.socket.getsockname()[1]
        server.shutdown()
    thread.join()


WITH_HTTP = (uvicorn_sansio, uvicorn_legacy, aiohttp, *((hypercorn,) if find_spec("hypercorn") else ()))
ALL = (*WITH_HTTP, websockets, websockets_legacy, websockets_sync)
