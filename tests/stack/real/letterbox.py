"""Stands in for whoever is told of alerts: takes what Alertmanager posts, and keeps it by its path."""

from __future__ import annotations

import json
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any


class Letterbox:
    """An HTTP server on loopback; `letters["/slack"]` has what was posted there, in order."""

    def __init__(self) -> None:
        self.letters: dict[str, list[Any]] = defaultdict(list)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Letterbox:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        letters = self.letters

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                letters[self.path].append(json.loads(body))
                answer = b'{"status": "success"}' if self.path == "/pagerduty" else b"ok"
                self.send_response(202 if self.path == "/pagerduty" else 200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """The letters are enough."""

        return Handler
