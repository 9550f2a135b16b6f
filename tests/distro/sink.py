"""A tiny OTLP/HTTP collector on loopback for tests: it keeps what arrives, and can behave badly on request.

with Sink() as sink:
    run a program with OTEL_EXPORTER_OTLP_ENDPOINT=sink.endpoint
    assert [span.name for span in sink.spans()] == ["hello"]
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

from tests.distro.telemetry import Log, Point, Span, logs_of, points_of, spans_of

T = TypeVar("T")


class Sink:
    """An OTLP/HTTP receiver. `status` is answered to every request, after `delay` seconds."""

    def __init__(self, status: int = 200, delay: float = 0.0) -> None:
        self.status = status
        self.delay = delay
        self._arrived = threading.Condition()
        self._bodies: list[tuple[str, bytes]] = []
        self._server = _Server(self)

    def __enter__(self) -> Sink:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def keep(self, path: str, body: bytes) -> None:
        with self._arrived:
            self._bodies.append((path, body))
            self._arrived.notify_all()

    def spans(self) -> list[Span]:
        return self._decoded("/v1/traces", spans_of)

    def points(self) -> list[Point]:
        return self._decoded("/v1/metrics", points_of)

    def logs(self) -> list[Log]:
        return self._decoded("/v1/logs", logs_of)

    def requests(self) -> list[str]:
        """The paths of all requests, in the order they came."""
        return [path for path, _ in list(self._bodies)]

    def raw(self) -> bytes:
        """Everything that arrived, byte by byte."""
        return b"\n".join(body for _, body in list(self._bodies))

    def wait_until(self, true: Callable[[Sink], Any], timeout: float = 20.0) -> Any:
        """Wait until `true(sink)` holds; fails with what arrived."""
        with self._arrived:
            if not (found := self._arrived.wait_for(lambda: true(self), timeout)):
                raise AssertionError(f"not within {timeout} s; arrived: {self.requests()}")
            return found

    def _decoded(self, path: str, decode: Callable[[bytes], Iterator[T]]) -> list[T]:
        return [item for found, body in list(self._bodies) if found == path for item in decode(body)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, *_: object) -> None:
        """A program that dies mid-request is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        time.sleep(self.server.sink.delay)
        if self.server.sink.status == 200:
            self.server.sink.keep(self.path, body)
        self.send_response(self.server.sink.status)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silence: the test says what was wrong."""


@contextmanager
def refusing() -> Iterator[str]:
    """An endpoint whose port nobody else takes and nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@contextmanager
def black_hole() -> Iterator[str]:
    """An endpoint that accepts connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
