"""Takes OTLP over HTTP and hands every request to several receivers, so that all of them are told the same."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: self.headers[name] for name in ("Content-Type", "Content-Encoding") if name in self.headers}
        for url in self.server.receivers:
            with _DIRECT.open(urllib.request.Request(url + self.path, body, headers), timeout=30) as answer:
                said = answer.read()
        self.send_response(200)
        self.send_header("Content-Type", self.headers["Content-Type"])
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, receivers: Sequence[str]) -> None:
        self.receivers = receivers
        super().__init__(("127.0.0.1", 0), _Handler)


class Tee:
    """Serves while it is entered."""

    def __init__(self, *receivers: str) -> None:
        self._server = _Server(receivers)

    @property
    def endpoint(self) -> str:
        """Where OTLP over HTTP is taken."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Tee:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
