"""A program on loopback that answers every request the same, and keeps what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Answering = Callable[[int, str, str], "Program"]


class Program(ThreadingHTTPServer):
    """Answers every request the same, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self, status: int, content_type: str, body: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.content_type, self.body = status, content_type, body
        self.location = ""
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Program

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, dict(self.headers), body))
        answer = self.server.body.encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", self.server.content_type)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[Answering]:
    """Starts programs that answer so."""
    started: list[Program] = []

    def start(status: int, content_type: str, body: str) -> Program:
        started.append(Program(status, content_type, body))
        return started[-1]

    yield start
    for program in started:
        program.shutdown()
        program.server_close()
