"""OTLP over HTTP on the loopback interface: protobuf and JSON bodies, answered once they are in the store."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Collection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from otel_voice.local import bodies, cors, otlp_json
from otel_voice.local.errors import BadRequestError, StoreError
from otel_voice.local.rows import Batch, batch
from otel_voice.local.signals import SIGNALS, Signal

LOOPBACK: Final = "127.0.0.1"
Sink = Callable[[Batch], None]
_BY_PATH: Final = {signal.path: signal for signal in SIGNALS}
_NOT_FOUND, _UNIMPLEMENTED, _UNAVAILABLE = 5, 12, 14
_DRAIN_SECONDS: Final = 2.0


class HttpReceiver(ThreadingHTTPServer):
    """Listens on 127.0.0.1; `port` 0 takes a free one. Raises OSError when the port is in use.

    Pages of these `origins` may send too; by default no browser may.
    """

    daemon_threads = True
    request_queue_size = 128
    # On Windows this option lets two programs listen on one port, elsewhere it only forgives closed ones.
    allow_reuse_address = os.name != "nt"

    def __init__(self, port: int, sink: Sink, origins: Collection[str] = ()) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.sink = sink
        self.origins = frozenset(origins)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self.server_port

    def server_bind(self) -> None:
        """Binds without the reverse name look-up of the base class, which can take seconds."""
        socket.socket.bind(self.socket, self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: a sender that hangs up in the middle is no fault of the program that is being run."""


class _Handler(BaseHTTPRequestHandler):
    server: HttpReceiver
    protocol_version = "HTTP/1.1"
    server_version = "otel-voice"
    sys_version = ""
    timeout = 30

    def do_POST(self) -> None:
        self._media = bodies.JSON
        try:
            signal = self._signal()
            self._media = bodies.content_type(self.headers.get("Content-Type"))
            found = batch(signal, self._request(signal))
            self.server.sink(found)
        except BadRequestError as error:
            self._refuse(error.http, error.code, str(error))
        except StoreError as error:
            self._refuse(503, _UNAVAILABLE, str(error))
        else:
            self._answer(200, signal.reply(found.rejected, found.reason))

    def _only_post(self) -> None:
        self._media = bodies.JSON
        self._refuse(405, _UNIMPLEMENTED, "OTLP/HTTP is POST only")

    do_GET = do_HEAD = do_PUT = do_DELETE = do_PATCH = _only_post  # noqa: N815 - as above

    def do_OPTIONS(self) -> None:
        asked = self.headers.get("Access-Control-Request-Headers")
        allowed = dict(cors.preflight(self.server.origins, self.headers.get("Origin"), asked))
        if not allowed:
            self._only_post()
            return
        self.send_response(204)
        for name, value in allowed.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the terminal for the program that is being run."""

    def _signal(self) -> Signal:
        path = self.path.partition("?")[0]
        if path not in _BY_PATH:
            choices = ", ".join(_BY_PATH)
            raise BadRequestError(f"no such path {path}: the paths are {choices}"[:300], http=404, code=_NOT_FOUND)
        return _BY_PATH[path]

    def _request(self, signal: Signal) -> Any:
        body = self._chunked() if "chunked" in self.headers.get("Transfer-Encoding", "") else self._whole()
        return bodies.decode(signal, self._media, bodies.unpack(body, self.headers.get("Content-Encoding")))

    def _whole(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            raise BadRequestError("Content-Length is missing", http=411)
        return self._exactly(int(length))

    def _chunked(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > bodies.MAX_BODY_BYTES:
                raise bodies.too_large()
            body += self._exactly(size)
            self.rfile.readline(8)
        while self.rfile.readline(65537).strip():
            pass
        return bytes(body)

    def _chunk_size(self) -> int:
        try:
            return int(self.rfile.readline(65537).partition(b";")[0], 16)
        except ValueError as error:
            raise BadRequestError("the chunked body is malformed") from error

    def _exactly(self, length: int) -> bytes:
        if not 0 <= length <= bodies.MAX_BODY_BYTES:
            raise bodies.too_large()
        body = self.rfile.read(length)
        if len(body) < length:
            raise BadRequestError("the body is cut short")
        return body

    def _refuse(self, status: int, code: int, message: str) -> None:
        self.close_connection = True
        self._answer(status, Status(code=code, message=message))
        self._drain()

    def _answer(self, status: int, message: Any) -> None:
        body = message.SerializeToString() if self._media == bodies.PROTOBUF else _json(message)
        self.send_response(status)
        self.send_header("Content-Type", self._media)
        self.send_header("Content-Length", str(len(body)))
        for name, value in cors.answer(self.server.origins, self.headers.get("Origin")):
            self.send_header(name, value)
        if status == 503:
            self.send_header("Retry-After", "1")
        if status == 405:
            self.send_header("Allow", "POST")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _drain(self) -> None:
        """Reads what is still coming: closing over unread bytes would reset the connection and lose the answer."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_DRAIN_SECONDS)
        until = time.monotonic() + _DRAIN_SECONDS
        try:
            while time.monotonic() < until and self.connection.recv(65536):
                pass
        except OSError:
            return


def _json(message: Any) -> bytes:
    return json.dumps(otlp_json.tree(message)).encode()
