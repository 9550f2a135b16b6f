"""Those who are told of alerts, on loopback: what Slack, PagerDuty, Teams and webhooks are sent, and a mail server."""

from __future__ import annotations

import base64
import json
import socketserver
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Web:
    """Takes what is posted, by path, and answers 200 unless told otherwise."""

    def __init__(self) -> None:
        self.answers: dict[str, int] = {}
        self._taken: list[tuple[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def taken(self, path: str) -> list[Any]:
        """What was posted to the path and answered with success, in order."""
        return [body for posted, body in list(self._taken) if posted == path]

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = web.answers.get(self.path, 200)
                if status == 200:
                    web._taken.append((self.path, body))
                # Slack says so, and the others do not mind.
                answer = b"ok" if status == 200 else b"no"
                self.send_response(status)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


class Mail:
    """A mail server without TLS that takes everything, and asks who sends it."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.logins: list[tuple[str, str]] = []
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        mail = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 ready")
                while words := self.rfile.readline().split():
                    self._say(self._answer(words))

            def _answer(self, words: list[bytes]) -> str:
                verb = words[0].upper()
                if verb == b"EHLO":
                    return "250-here\r\n250 AUTH PLAIN"
                if verb == b"AUTH":
                    _, user, password = base64.b64decode(words[2]).decode().split("\0")
                    mail.logins.append((user, password))
                    return "235 welcome"
                if verb == b"DATA":
                    self._say("354 go on")
                    mail.messages.append(message_from_bytes(self._content(), policy=policy.default))
                return "221 bye" if verb == b"QUIT" else "250 ok"

            def _content(self) -> bytes:
                lines = iter(self.rfile.readline, b".\r\n")
                return b"".join(line.removeprefix(b".") for line in lines)

            def _say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

        return Handler
