"""The pages on a port of their own, served by threads: they answer while the program's event loop is blocked."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from otel_voice.health.answering import Answering
from otel_voice.health.pages import Answer

PATIENCE = 5.0
"""Seconds for which a client may keep us waiting for its request, or for room to answer."""
AT_ONCE = 64
"""Connections that are served at the same time; others wait for their turn."""

_log = logging.getLogger(__name__)


class _Handler(BaseHTTPRequestHandler):
    server: HealthServer
    timeout = PATIENCE
    server_version = "otel_voice"
    sys_version = ""

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method has an answer, if only that it is the wrong one: http.server looks for `do_GET` and the like."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        answer: Answer = self.server.pages.answer(self.command, self.path).result()
        self.send_response(answer.status)
        for name, value in (*answer.headers(), ("Content-Length", str(len(answer.body)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: stderr is the program's, and a probe comes every few seconds."""


class HealthServer(ThreadingHTTPServer):
    """Listens from the moment it is made; raises OSError where it cannot."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, host: str, port: int, pages: Answering) -> None:
        self.pages = pages
        self._room = threading.BoundedSemaphore(AT_ONCE)
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)

    def start(self) -> None:
        """Serve, in a daemon thread, until the process ends."""
        threading.Thread(target=self.serve_forever, name="otel_voice.health", daemon=True).start()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave_to_parent)

    def server_bind(self) -> None:
        """Without the look-up of the host's name, which may take seconds."""
        if os.name == "nt":
            self.allow_reuse_address = False  # there it means to take over somebody else's port
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(self.allow_reuse_address))
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own."""
        self._room.acquire()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to tell of."""
        _log.debug("otel_voice: a request for health failed", exc_info=True)

    def _leave_to_parent(self) -> None:
        """A forked child that keeps the socket would keep the port, and clients waiting, after its parent's end."""
        self.socket.close()


def serve(host: str, port: int, pages: Answering) -> Iterable[str]:
    """Serve the pages; what is wrong where that is not possible. Never raises."""
    try:
        server = HealthServer(host, port, pages)
        server.start()
    except (OSError, RuntimeError, OverflowError) as error:
        return [busy(host, port, error)]
    return []


def busy(host: str, port: int, error: BaseException) -> str:
    """One clear line."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (
        f"health is not served on {host} port {port}: {reason}. Set OTEL_VOICE_HEALTH_PORT to a free port, and "
        "OTEL_VOICE_HEALTH_HOST to an address of this machine. The program runs on without it."
    )
