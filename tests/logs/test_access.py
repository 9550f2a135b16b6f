"""Access logs of real servers: category access, attributes of the conventions, and the combined format on file."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from otel_voice.logs import access
from tests.logs.conftest import Begin
from tests.signals import Signals

COMBINED = re.compile(
    r'127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET /hello\?a=1&api_key=\[secret\] HTTP/1\.1" 200 '
    r'(?P<bytes>-|\d+) "(?P<referer>[^"]*)" "(?P<agent>[^"]*)"'
)


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


def ask(port: int) -> None:
    headers = {"User-Agent": 'probe "1"', "Referer": "http://here/"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/hello?a=1&api_key=abcdefghijkl", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.read() == b"hello"


def of_uvicorn() -> None:
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    logging.getLogger("uvicorn.access").setLevel(logging.INFO)
    with in_thread(server.run):
        wait(lambda: server.started)
        ask(server.servers[0].sockets[0].getsockname()[1])
        server.should_exit = True


def of_hypercorn() -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    port = free_port()
    config = Config.from_mapping(bind=[f"127.0.0.1:{port}"], accesslog=logging.getLogger("hypercorn.access"))
    logging.getLogger("hypercorn.access").setLevel(logging.INFO)

    async def run() -> None:
        done = asyncio.Event()
        serving = asyncio.create_task(serve(app, config, shutdown_trigger=done.wait))
        await asyncio.to_thread(wait, lambda: answers(port))
        await asyncio.to_thread(ask, port)
        done.set()
        await serving

    asyncio.run(run())


def of_aiohttp() -> None:
    from aiohttp import web

    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    async def run() -> None:
        application = web.Application()
        application.router.add_get("/hello", hello)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        await asyncio.to_thread(ask, runner.addresses[0][1])
        await runner.cleanup()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("serve", "told"),
    [
        (of_uvicorn, ("-", "-", "-")),
        (of_hypercorn, ("5", "http://here/", 'probe \\"1\\"')),
        (of_aiohttp, (None, "http://here/", 'probe \\"1\\"')),
    ],
    ids=["uvicorn", "hypercorn", "aiohttp"],
)
def test_a_request_is_an_access_record(
    begin: Begin, signals: Signals, tmp_path: Path, root: logging.Logger, serve: Any, told: Any
) -> None:
    logs = begin(log_dir=tmp_path)
    serve()
    [record] = [log for log in signals.logs() if log.instrumentation_scope.name.endswith(".access")]
    attributes = record.log_record.attributes
    assert attributes["voice.log.category"] == "access"
    assert attributes["client.address"] == "127.0.0.1"
    assert (attributes["http.request.method"], attributes["http.response.status_code"]) == ("GET", 200)
    assert (attributes["url.path"], attributes["url.query"]) == ("/hello", "a=1&api_key=[secret]")
    assert attributes["network.protocol.version"] == "1.1"
    logs.flush()
    [line] = (tmp_path / "access/access.log").read_text().splitlines()
    check(line, told)


def check(line: str, told: tuple[str | None, str, str]) -> None:
    found = re.fullmatch(COMBINED.pattern.replace('"(?P<agent>[^"]*)"', '"(?P<agent>.*)"'), line)
    assert found is not None, line
    assert found["bytes"] == told[0] or told[0] is None
    assert (found["referer"], found["agent"]) == told[1:]


def test_gunicorns_requests(tmp_path: Path) -> None:
    """In its worker, which is forked."""
    program = tmp_path / "served.py"
    program.write_text(
        """
import otel_voice
def app(environ, start):
    start("200 OK", [("Content-Length", "5")])
    return [b"hello"]
"""
    )
    port = free_port()
    (tmp_path / "conf.py").write_text("import otel_voice\notel_voice.configure_logs(dir='logs')\n")
    server = subprocess.Popen(
        [sys.executable, *f"-m gunicorn -c conf.py --access-logfile - -b 127.0.0.1:{port} served:app".split()],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        wait(lambda: answers(port))
        ask(port)
        path = tmp_path / "logs/access/access.log"
        wait(lambda: path.exists() and "hello" in path.read_text())
        check(path.read_text().strip(), ("5", "http://here/", 'probe \\"1\\"'))
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.mark.parametrize("args", [(), ({},), ("a", "b", None, 1.5, "x"), ([], 2, 3, 4, 5)], ids=str)
@pytest.mark.parametrize("logger", access.LOGGERS)
def test_what_is_said_in_other_words_is_a_plain_record(
    begin: Begin,
    signals: Signals,
    tmp_path: Path,
    root: logging.Logger,
    logger: str,
    args: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A message of the program's own to that logger: category access, as JSON on file."""
    root.handlers[:] = [logging.NullHandler()]
    monkeypatch.setattr(logging.getLogger(logger), "handlers", [])  # a server in another test may have set it up
    logs = begin(log_dir=tmp_path)
    record = logging.LogRecord(logger, logging.WARNING, "p", 1, "m", None, None)
    record.args = args
    logging.getLogger(logger).handle(record)
    logs.flush()
    [told] = signals.logs()
    assert told.log_record.attributes["voice.log.category"] == "access"
    assert '"logger"' in (tmp_path / "access/access.log").read_text()


@contextmanager
def in_thread(run: Any) -> Iterator[None]:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield
    thread.join(30)


def wait(true: Any) -> None:
    import time

    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "not within 30 s"
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
