"""Google GenAI interactions: one request of the model or the agent that answers, whole or as events.

The service of 2025 calls what is answered outputs, that of 2026 steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Body, Closing, Following, Items, Later
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import Inference, ToolRequest
from otel_voice.providers import google_genai_common as common
from otel_voice.providers import reading
from otel_voice.providers.google_genai_common import member

_PARAMETERS = (
    ("temperature", "temperature", float),
    ("top_p", "top_p", float),
    ("max_output_tokens", "max_tokens", int),
    ("seed", "seed", int),
)
_OVER = ("completed", "failed", "cancelled", "incomplete", "requires_action")
_AUDIO = "audio"


class Interaction(Observer):
    """Reads one interaction."""

    record: Inference

    def request(self, call: Call) -> Inference:
        record = self.record = Inference("gcp.gemini")
        record.operation = "generate_content"
        asked = member(call.kwargs.get("request"), "body") or call.kwargs.get("request") or call.kwargs
        address = self.address(call.instance)
        reading.server(record, address)
        record.provider = "gcp.vertex_ai" if "aiplatform" in str(address) else "gcp.gemini"
        record.request_model = common.model_name(common.plain(member(asked, "model") or member(asked, "agent")))
        record.streamed = member(asked, "stream") is True
        for name, field, kind in _PARAMETERS:
            value = member(member(asked, "generation_config"), name)
            if isinstance(value, int | float):
                setattr(record, field, kind(value))
        self._read_input(member(asked, "input"), member(asked, "system_instruction"))
        self._text: list[str] = []
        self._tools: list[ToolRequest] = []
        return record

    def address(self, resource: Any) -> Any:
        """Where the request goes."""
        return resource._get_url(None, None)

    def _read_input(self, given: Any, instruction: Any) -> None:
        items = given if isinstance(given, list | tuple) else [given]
        self.record.tool_results = list(self._results(items))
        if self.wants_content:
            self.record.input_content = [{"role": "user", "content": " ".join(_texts(items))}]
            if isinstance(instruction, str):
                self.record.system_content = [{"type": "text", "content": instruction}]

    def _results(self, items: Sequence[Any]) -> Iterator[ToolRequest]:
        for item in items:
            if not isinstance(item, str) and member(item, "type") == "function_result":
                result = ToolRequest(member(item, "call_id") or "", member(item, "name"))
                result.result = str(member(item, "result")) if self.wants_content else None
                yield result

    def response(self, result: Any) -> Sequence[Following]:
        if hasattr(result, "generator"):
            return Items(result, "generator"), Closing(result.response)
        if hasattr(result, "_iterator"):
            return Items(result, "_iterator"), Closing(result.response)
        raw = getattr(result, "http_response", None)
        if raw is not None:
            return Body(raw), Later(result, "parse")
        self.result(result)
        return ()

    def result(self, interaction: Any) -> None:
        """Read a whole interaction, or what an event says of one."""
        record = self.record
        record.response_id = member(interaction, "id") or record.response_id
        record.response_model = common.model_name(common.plain(member(interaction, "model"))) or record.response_model
        _usage(record, member(interaction, "usage"))
        status = common.plain(member(interaction, "status"))
        if status in _OVER:
            record.finish_reasons = [status]
        for step in member(interaction, "steps") or member(interaction, "outputs") or ():
            self._step(step)

    def _step(self, step: Any) -> None:
        if member(step, "type") == "function_call":
            tool = ToolRequest(member(step, "id") or "", member(step, "name"))
            tool.arguments = str(member(step, "arguments")) if self.wants_content else None
            self._tools.append(tool)
        elif self.wants_content:
            self._text.extend(_texts(member(step, "content") or [step]))

    def chunk(self, item: Any) -> None:
        kind = str(getattr(item, "event_type", ""))
        if kind in ("step.delta", "content.delta"):
            if self.wants_content:
                self._text.extend(_texts([item.delta]))
        elif kind in ("step.start", "content.start"):
            self._step(getattr(item, "step", None) or getattr(item, "content", None))
        elif kind.startswith("interaction."):
            self.result(getattr(item, "interaction", None) or item)
        elif kind == "error":
            code = common.plain(member(getattr(item, "error", None), "code"))
            self.record.error_type = code or "error"

    def failure(self, error: BaseException) -> None:
        reading.status(self.record, error)

    def end(self) -> None:
        self.record.tool_calls = self._tools
        if self._text:
            self.record.output_content = [{"role": "assistant", "content": "".join(self._text)}]


class FirstInteraction(Interaction):
    """The same through the SDK's first client for it, which another generator wrote."""

    def address(self, resource: Any) -> Any:
        return resource._client._base_url


def _texts(items: Sequence[Any]) -> Iterator[str]:
    for item in items:
        text = item if isinstance(item, str) else member(item, "text")
        if isinstance(text, str):
            yield text
        elif isinstance(member(item, "content"), list | tuple | str):
            content = member(item, "content")
            yield from _texts([content] if isinstance(content, str) else content)


def _usage(record: Inference, usage: Any) -> None:
    if usage is None:
        return
    record.input_tokens = _sum(usage, "total_input_tokens", "total_tool_use_tokens")
    record.output_tokens = _sum(usage, "total_output_tokens", "total_thought_tokens")
    record.cached_input_tokens = member(usage, "total_cached_tokens")
    record.reasoning_tokens = member(usage, "total_thought_tokens")
    record.audio_input_tokens = _of_audio(member(usage, "input_tokens_by_modality"))
    record.audio_output_tokens = _of_audio(member(usage, "output_tokens_by_modality"))


def _sum(usage: Any, *names: str) -> int | None:
    counted = [count for count in (member(usage, name) for name in names) if count is not None]
    return sum(counted) if counted else None


def _of_audio(details: Any) -> int | None:
    counted: list[Mapping[str, Any]] = list(details or ())
    found = (member(each, "tokens") for each in counted if common.plain(member(each, "modality")) == _AUDIO)
    return next((count for count in found if count is not None), None)
