"""The pages in the program's own web application."""

from __future__ import annotations

import asyncio
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

import otel_voice
from otel_voice.health import loops
from otel_voice.health.asgi import HealthApp
from otel_voice.health.checks import Check, Checks
from otel_voice.health.fastapi_router import router
from otel_voice.health.pages import Pages
from tests.health.conftest import EVERY_PAGE


def client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://agent")


def applications(pages: Pages) -> dict[str, Any]:
    fastapi = FastAPI()
    fastapi.include_router(router(pages))
    below = FastAPI()
    below.mount("/voice", HealthApp(pages))
    return {
        "": HealthApp(pages),
        "/fastapi": Starlette(routes=[Mount("/fastapi", fastapi)]),
        "/mounted": Starlette(routes=[Mount("/mounted", HealthApp(pages))]),
        "/voice": below,
    }


def test_no_page_is_missing(pages: Pages) -> None:
    """Those that docs/health.md promises, and no others."""
    assert set(pages.paths) == set(EVERY_PAGE)


@pytest.mark.parametrize("where", ["", "/fastapi", "/mounted", "/voice"])
async def test_every_page_wherever_it_is_mounted(pages: Pages, where: str) -> None:
    """As it is, below a path, and as FastAPI's router: the same pages, HEAD without a body, 405 and 404."""
    async with client(applications(pages)[where]) as http:
        for path in EVERY_PAGE:
            whole, head = await http.get(where + path), await http.head(where + path)
            assert (whole.status_code, head.status_code, head.content) == (200, 200, b""), path
            assert whole.headers["cache-control"] == "no-store"
            assert whole.headers["content-type"] == head.headers["content-type"]
        assert (await http.post(f"{where}/health")).status_code == 405
        assert (await http.get(f"{where}/nothing")).status_code == 404


def test_the_router_is_in_the_documentation_of_the_api(pages: Pages) -> None:
    """Each page once, under its own tag, and with nothing for FastAPI to warn of."""
    app = FastAPI()
    app.include_router(router(pages))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        described = app.openapi()["paths"]
    assert set(described) == set(pages.paths)
    assert {method for page in described.values() for method in page} == {"get"}
    assert {tag for page in described.values() for tag in page["get"]["tags"]} == {"health"}


async def test_ready_over_http(pages: Pages, checks: Checks) -> None:
    """503 reaches the probe, in FastAPI too."""
    checks.add(Check("database", bool))
    for where, app in applications(pages).items():
        async with client(app) as http:
            answer = await http.get(f"{where}/health/ready")
        assert (answer.status_code, answer.json()["failing"][0]["check"]) == (503, "database")


async def test_the_event_loop_goes_on_while_a_check_hangs(pages: Pages, checks: Checks) -> None:
    """The check runs in a thread; /health is answered meanwhile, and so is everything else of the program."""
    let_go = threading.Event()
    checks.add(Check("database", lambda: let_go.wait(30), timeout=30))
    async with client(HealthApp(pages)) as http:
        waiting = [asyncio.create_task(http.get("/health/ready")) for _ in range(200)]
        assert (await http.get("/health")).status_code == 200
        assert not any(task.done() for task in waiting)
        waiting.pop().cancel()
        let_go.set()
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}


def test_200_scrapes_of_a_real_server(pages: Pages, checks: Checks) -> None:
    """uvicorn with FastAPI: all are answered, with the check that fails."""
    asked: list[int] = []
    checks.add(Check("database", lambda: asked.append(1) or False))
    app = FastAPI()
    app.include_router(router(pages))
    with serving(app) as url, ThreadPoolExecutor(50) as pool, httpx.Client(timeout=30) as http:
        answers = list(pool.map(lambda _: http.get(f"{url}/health/ready"), range(200)))
    assert {answer.status_code for answer in answers} == {503}
    assert 1 <= len(asked) < 100


@contextmanager
def serving(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline and thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


async def test_the_lifespan_and_websockets_are_answered(pages: Pages) -> None:
    """A server that serves nothing but health starts and stops, and a websocket is turned away."""
    app, sent = HealthApp(pages), []
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}, {"type": "websocket.connect"}])

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan"}, receive, send)
    await app({"type": "websocket", "path": "/health"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete", "websocket.close"]


async def test_the_public_surface() -> None:
    """`otel_voice.health.app()` and `.router()`; from then on the loop that serves is watched."""
    async with client(otel_voice.health.app()) as http:
        assert (await http.get("/health")).status_code == 200
    monitor = loops.monitor()
    assert monitor is not None and asyncio.get_running_loop() in [each.loop() for each in monitor.watched]
    assert {route.path for route in otel_voice.health.router().routes} >= {"/health", "/metrics"}
