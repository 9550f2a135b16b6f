"""Mistral chat completions: OpenAI's wire in an SDK of another generator, with streams of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_voice.capture.ends import Ends
from otel_voice.capture.follow import Closing, Following, Items
from otel_voice.capture.observer import Call
from otel_voice.capture.shapes.telling import Teller
from otel_voice.observation.records import Inference
from otel_voice.providers import openai_chat, reading

_SEED: dict[str, tuple[str, type]] = {"random_seed": ("seed", int)}


class Chat(openai_chat.Chat):
    """Reads one chat completion."""

    provider = "mistral_ai"
    request_id_header = "mistral-correlation-id"

    def request(self, call: Call) -> Inference:
        record = super().request(call)
        reading.parameters(record, call.kwargs, _SEED)
        return record

    def client(self, record: Inference, call: Call) -> None:
        configuration = call.instance.sdk_configuration
        record.request_model = reading.given(call.kwargs, "model", str)
        address = reading.given(call.kwargs, "server_url", str)
        reading.server(record, address or configuration.get_server_details()[0])
        record.told_by_sdk = _tells(vars(configuration).get("_hooks"))

    def response(self, result: Any) -> Sequence[Following]:
        self.result(result)
        return ()

    def failure(self, error: BaseException) -> None:
        super().failure(error)
        refused = getattr(error, "raw_response", None)
        if refused is not None:
            self.headers(refused)


class StreamedChat(Chat):
    """Reads one that is streamed."""

    def request(self, call: Call) -> Inference:
        record = super().request(call)
        record.streamed = True
        return record

    def response(self, result: Any) -> Sequence[Following]:
        self.headers(result.response)
        items = Items if self.reads_all() else Ends
        return items(result, "generator"), Closing(result.response)

    def chunk(self, item: Any) -> None:
        super().chunk(item.data)


class SpanOfRequest(Teller):
    """Reads what the SDK makes when it is about to send: a request, and the span of it."""

    def told(self, result: Any) -> Any:
        return result[1]


def _tells(hooks: Any) -> bool:
    """Whether the SDK makes spans. It does by default before 3, and decides at its first request from then on."""
    tracing = [hook for hook in getattr(hooks, "before_request_hooks", ()) if type(hook).__name__ == "TracingHook"]
    return any(not getattr(hook, "_telemetry_auto_disabled", False) or hook.tracer_provider for hook in tracing)
