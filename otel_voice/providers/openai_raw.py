"""OpenAI's Realtime websocket without its SDK, also on Azure."""

from __future__ import annotations

from otel_voice.capture.observer import Call
from otel_voice.providers.openai_realtime import OpenAIRealtime
from otel_voice.providers.raw import query_of


class Realtime(OpenAIRealtime):
    """/v1/realtime; a path of Azure names the deployment."""

    def opening(self, call: Call) -> bool:
        self.address = call.args[0]
        asked = query_of(call.args[0])
        if "/openai/" in call.args[0]:
            self.provider = "azure.ai.openai"
        self.settings.model = asked.get("model") or asked.get("deployment")
        self.attempt()
        return True
