"""The websocket of Gemini Live without its SDK: the first message says what the SDK's arguments would."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.providers import google_genai_live


class Live(google_genai_live.Live):
    """BidiGenerateContent, on the Gemini API and on Vertex AI."""

    def opening(self, call: Call) -> bool:
        self.address = call.args[0]
        self.provider = "gcp.vertex_ai" if "aiplatform" in call.args[0] else "gcp.gemini"
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.connected()
        return connection
