"""The server of the page under test: the page, the bundle, and sound that comes slowly."""

from __future__ import annotations

import io
import math
import struct
import threading
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.frontend.chromium import FRONTEND

BUNDLE = FRONTEND / "dist" / "otel-voice.min.js"
RATE, CHANNELS = 48_000, 2
PAGE = b"""<!doctype html><title>a voice agent</title><script type="module">
import { startVoiceTelemetry } from "/otel-voice.js";
window.startVoiceTelemetry = startVoiceTelemetry;
window.until = async (holds) => {
  for (let i = 0; i < 1000; i++) {
    if (holds()) return;
    await new Promise((later) => setTimeout(later, 20));
  }
  throw new Error(`not within 20 s: ${holds}`);
};
window.ready = true;
</script>"""


def tone(seconds: float) -> bytes:
    """A WAV file."""
    samples = (int(12_000 * math.sin(index / 18)) for index in range(int(seconds * RATE)))
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(CHANNELS)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(b"".join(struct.pack("<hh", sample, sample) for sample in samples))
    return file.getvalue()


class Pages(ThreadingHTTPServer):
    """`/` is the page, `/slow.wav` a sound whose second half comes when `rest` is set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rest = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A page that is left in the middle is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Pages

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/slow.wav":
            self._slowly(tone(8))
        elif path == "/rest":
            self.server.rest.set()
            self._whole("text/plain", b"")
        elif path == "/otel-voice.js":
            self._whole("text/javascript", BUNDLE.read_bytes())
        else:
            self._whole("text/html", PAGE)

    def log_message(self, *_: object) -> None:
        """Silence: the test says what was wrong."""

    def _whole(self, kind: str, body: bytes) -> None:
        self._begin(kind, len(body))
        self.wfile.write(body)

    def _slowly(self, body: bytes) -> None:
        self._begin("audio/wav", len(body))
        self.wfile.write(body[: len(body) // 4])
        self.wfile.flush()
        self.server.rest.wait(20)
        self.wfile.write(body[len(body) // 4 :])

    def _begin(self, kind: str, length: int) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(length))
        self.end_headers()
