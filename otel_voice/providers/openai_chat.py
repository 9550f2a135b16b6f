"""OpenAI chat completions: request, completion, chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Inference, ToolRequest
from otel_voice.providers import reading
from otel_voice.providers.openai_common import OpenAIEvents, client

_PARAMETERS: dict[str, tuple[str, type]] = {
    "temperature": ("temperature", float),
    "top_p": ("top_p", float),
    "max_tokens": ("max_tokens", int),
    "max_completion_tokens": ("max_tokens", int),
    "seed": ("seed", int),
    "frequency_penalty": ("frequency_penalty", float),
    "presence_penalty": ("presence_penalty", float),
    "n": ("choice_count", int),
}


class Chat(OpenAIEvents):
    """Reads one chat completion."""

    record: Inference

    def request(self, call: Call) -> Inference:
        record = self.record = Inference(self.provider)
        self.client(record, call)
        read_request(record, call.kwargs)
        messages = call.kwargs.get("messages")
        if isinstance(messages, list | tuple):  # anything else might be used up by looking at it
            record.tool_results = list(self._results(messages))
            record.input_content = list(messages) if self.wants_content else None
        self._reasons: dict[int, str] = {}
        self._tools: dict[tuple[int, int], ToolRequest] = {}
        self._text: list[str] = []
        return record

    def client(self, record: Inference, call: Call) -> None:
        """Read who is asked, and for which model."""
        client(record, call)

    def _results(self, messages: Sequence[Any]) -> Iterator[ToolRequest]:
        """The results at the end of the messages, with what the answer before them asked for."""
        results: list[ToolRequest] = []
        for message in reversed(messages):
            if reading.member(message, "role") != "tool":
                _name(results, message)
                break
            result = ToolRequest(str(reading.member(message, "tool_call_id")))
            content = reading.member(message, "content")
            if self.wants_content and isinstance(content, str):
                result.result = content
            results.append(result)
        yield from results

    def result(self, result: Any) -> None:
        record = self.record
        record.response_id = getattr(result, "id", None)
        record.response_model = getattr(result, "model", None)
        read_usage(record, getattr(result, "usage", None))
        choices = getattr(result, "choices", None) or ()
        record.finish_reasons = [choice.finish_reason for choice in choices if choice.finish_reason]
        messages = [choice.message for choice in choices if choice.message is not None]
        record.tool_calls = [
            self._tool(call) for message in messages for call in getattr(message, "tool_calls", None) or ()
        ]
        if self.wants_content:
            record.output_content = [{"role": "assistant", "content": message.content} for message in messages]

    def _tool(self, call: Any) -> ToolRequest:
        function = getattr(call, "function", None)
        custom = getattr(call, "custom", None)
        tool = ToolRequest(call.id, getattr(function or custom, "name", None))
        if self.wants_content:
            tool.arguments = getattr(function, "arguments", None) or getattr(custom, "input", None)
        return tool

    def chunk(self, item: Any) -> None:
        record = self.record
        if item.usage is not None:
            read_usage(record, item.usage)
        if not record.response_id and item.id:
            record.response_id = item.id
            record.response_model = item.model
        for choice in item.choices or ():
            delta = choice.delta
            if choice.finish_reason is not None:
                self._reasons[choice.index] = choice.finish_reason
            if delta is None:
                continue  # Azure sends its content filter's results so
            if delta.tool_calls is not None:
                self._fragments(choice)
            if self.wants_content and delta.content:
                self._text.append(delta.content)

    def reads_all(self) -> bool:
        return self.wants_content or self.record.choice_count is not None

    def _fragments(self, choice: Any) -> None:
        for fragment in choice.delta.tool_calls:
            key = (choice.index, fragment.index)
            tool = self._tools.get(key)
            if tool is None:
                tool = self._tools[key] = ToolRequest(fragment.id or "")
            function = fragment.function
            if function is not None and function.name:
                tool.name = function.name
            if self.wants_content and function is not None and function.arguments:
                tool.arguments = (tool.arguments or "") + function.arguments

    def failure(self, error: BaseException) -> None:
        super().failure(error)
        # The answer came, and was too short for what it was to be parsed as.
        completion = getattr(error, "completion", None)
        if completion is not None:
            self.result(completion)

    def end(self) -> None:
        super().end()
        if self._reasons:
            self.record.finish_reasons = list(self._reasons.values())
        if self._tools:
            self.record.tool_calls = [tool for tool in self._tools.values() if tool.call_id]
        if self._text:
            self.record.output_content = [{"role": "assistant", "content": "".join(self._text)}]


def _name(results: list[ToolRequest], answer: Any) -> None:
    """Name the tools by the message that asked for them; it may be a mapping or the SDK's own."""
    asked = answer.get("tool_calls") if isinstance(answer, Mapping) else getattr(answer, "tool_calls", None)
    member = reading.member
    names = {member(call, "id"): member(member(call, "function"), "name") for call in asked or ()}
    for result in results:
        result.name = names.get(result.call_id)


def read_request(record: Inference, kwargs: Mapping[str, Any]) -> None:
    """Read the sampling parameters."""
    reading.parameters(record, kwargs, _PARAMETERS)
    if kwargs.get("stream") is True:
        record.streamed = True
    wanted = kwargs.get("response_format")
    if wanted is not None:
        record.output_type = output_type(wanted)
    stop = kwargs.get("stop")
    if isinstance(stop, str):
        record.stop_sequences = [stop]
    elif isinstance(stop, list | tuple):
        record.stop_sequences = list(stop)


def output_type(wanted: Any) -> str | None:
    """`json` or `text` as the answer was asked for; None when it was not said."""
    if isinstance(wanted, type):
        return "json"  # a class, as the helpers that parse take it
    kind = wanted.get("type") if isinstance(wanted, Mapping) else None
    return {"json_schema": "json", "json_object": "json", "text": "text"}.get(str(kind))


def read_usage(record: Inference, usage: Any) -> None:
    """Read token counts; the details are absent on many compatible servers."""
    if usage is None:
        return
    record.input_tokens = usage.prompt_tokens
    record.output_tokens = usage.completion_tokens
    inputs = getattr(usage, "prompt_tokens_details", None)
    if inputs:  # some SDKs have an empty value of their own for what is absent
        record.cached_input_tokens = getattr(inputs, "cached_tokens", None)
        record.audio_input_tokens = getattr(inputs, "audio_tokens", None)
    outputs = getattr(usage, "completion_tokens_details", None)
    if outputs:
        record.reasoning_tokens = getattr(outputs, "reasoning_tokens", None)
        record.audio_output_tokens = getattr(outputs, "audio_tokens", None)
