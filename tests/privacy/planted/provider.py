"""A provider on loopback that repeats what it is asked: in its answer, or in the refusal that it is asked for."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

MODEL: Final = "gpt-4o"
REFUSED: Final = "refused"
"""The name of the model that refuses everything."""


class _Repeating(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = asked["messages"][-1]["content"]
        if asked["model"] == REFUSED:
            error = {"message": f"Invalid content: '{said}' is refused", "type": "invalid_request_error"}
            self._answer(400, {"error": error})
        else:
            self._answer(200, _completion(asked["model"], f"you said {said}"))

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence: stderr is looked through."""


def _completion(model: str, said: str) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
    used = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    document = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model}
    return {**document, "choices": [choice], "usage": used}


@contextmanager
def repeating() -> Iterator[str]:
    """The address for OPENAI_BASE_URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Repeating) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
