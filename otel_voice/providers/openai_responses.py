"""OpenAI responses: request, response, events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Inference, ToolRequest
from otel_voice.providers import reading
from otel_voice.providers.openai_chat import output_type
from otel_voice.providers.openai_common import OpenAIEvents, client

_WITH_RESPONSE = {
    "response.created",
    "response.completed",
    "response.incomplete",
    "response.failed",
    "response.cancelled",
}
_CALLS = {"function_call", "custom_tool_call"}
_RESULTS = {"function_call_output", "custom_tool_call_output"}
_PARAMETERS: dict[str, tuple[str, type]] = {
    "temperature": ("temperature", float),
    "top_p": ("top_p", float),
    "max_output_tokens": ("max_tokens", int),
}
_OVER = {"completed", "incomplete", "failed", "cancelled"}


class Responses(OpenAIEvents):
    """Reads one response."""

    record: Inference

    def request(self, call: Call) -> Inference:
        kwargs = call.kwargs
        record = self.record = Inference(self.provider)
        client(record, call)
        record.streamed = kwargs.get("stream") is True
        reading.parameters(record, kwargs, _PARAMETERS)
        text = kwargs.get("text")
        wanted = kwargs.get("text_format") or (text.get("format") if isinstance(text, Mapping) else None)
        record.output_type = output_type(wanted)
        given = kwargs.get("input")
        if isinstance(given, list | tuple):
            record.tool_results = list(self._results(given))
        if self.wants_content:
            self._input(given, kwargs.get("instructions"))
        self._calls: list[ToolRequest] = []
        self._text: list[str] = []
        return record

    def _input(self, given: Any, instructions: Any) -> None:
        if isinstance(given, str):
            self.record.input_content = [{"role": "user", "content": given}]
        elif isinstance(given, list | tuple):
            self.record.input_content = list(given)
        if isinstance(instructions, str):
            self.record.system_content = [{"type": "text", "content": instructions}]

    def _results(self, items: Sequence[Any]) -> Iterator[ToolRequest]:
        """The results at the end of the input; those before the last answer were carried by an earlier request."""
        for item in reversed(items):
            if not isinstance(item, Mapping) or item.get("type") not in _RESULTS:
                return
            result = ToolRequest(str(item.get("call_id")))
            output = item.get("output")
            if self.wants_content and isinstance(output, str):
                result.result = output
            yield result

    def _tool(self, item: Any) -> ToolRequest:
        tool = ToolRequest(item.call_id, item.name)
        if self.wants_content:
            tool.arguments = getattr(item, "arguments", None) or getattr(item, "input", None)
        return tool

    def result(self, result: Any) -> None:
        record = self.record
        record.response_id = getattr(result, "id", None)
        record.response_model = getattr(result, "model", None)
        _usage(record, getattr(result, "usage", None))
        self._status(result)
        output = getattr(result, "output", None) or ()
        record.tool_calls = [self._tool(item) for item in output if getattr(item, "type", None) in _CALLS]
        if self.wants_content:
            said = [text for item in output for text in _texts(item)]
            record.output_content = [{"role": "assistant", "content": text} for text in said]

    def _status(self, result: Any) -> None:
        status = getattr(result, "status", None)
        reason = getattr(getattr(result, "incomplete_details", None), "reason", None)
        self.record.finish_reasons = [reason or status] if status in _OVER else ()
        if status == "failed":  # the SDK raises nothing for it
            self.record.error_type = getattr(getattr(result, "error", None), "code", None) or "failed"

    def chunk(self, item: Any) -> None:
        kind = getattr(item, "type", None)
        if kind == "response.output_text.delta":
            if self.wants_content:
                self._text.append(item.delta)
        elif kind in _WITH_RESPONSE:
            self.result(item.response)
        elif kind == "response.output_item.done":
            if getattr(item.item, "type", None) in _CALLS:
                self._calls.append(self._tool(item.item))
        elif kind == "error":
            self.record.error_type = getattr(item, "code", None) or "error"

    def end(self) -> None:
        super().end()
        # What a response that never came to its end had said by then.
        if self._calls and not self.record.tool_calls:
            self.record.tool_calls = self._calls
        if self._text and not self.record.output_content:
            self.record.output_content = [{"role": "assistant", "content": "".join(self._text)}]


def _texts(item: Any) -> Iterator[str]:
    for part in getattr(item, "content", None) or ():
        text = getattr(part, "text", None)
        if isinstance(text, str):
            yield text


def _usage(record: Inference, usage: Any) -> None:
    if usage is None:
        return
    record.input_tokens = usage.input_tokens
    record.output_tokens = usage.output_tokens
    inputs = getattr(usage, "input_tokens_details", None)
    if inputs is not None:
        record.cached_input_tokens = inputs.cached_tokens
    outputs = getattr(usage, "output_tokens_details", None)
    if outputs is not None:
        record.reasoning_tokens = outputs.reasoning_tokens
