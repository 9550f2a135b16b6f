"""Ollama's chat and its completions of a prompt: request, answer, and the lines of one that is streamed.

Its tools have no ids: a result belongs to the last call of its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import Inference, ToolRequest
from otel_voice.providers import reading

_CHAT, _GENERATE = "/api/chat", "/api/generate"
_PARAMETERS: dict[str, tuple[str, type]] = {
    "temperature": ("temperature", float),
    "top_p": ("top_p", float),
    "num_predict": ("max_tokens", int),
    "seed": ("seed", int),
    "frequency_penalty": ("frequency_penalty", float),
    "presence_penalty": ("presence_penalty", float),
}


class Answer(Observer):
    """Reads one answer."""

    record: Inference

    def request(self, call: Call) -> Inference | None:
        path, asked = call.args[2] if len(call.args) > 2 else None, call.kwargs.get("json")
        if path not in (_CHAT, _GENERATE) or not isinstance(asked, Mapping):
            return None
        record = self.record = Inference("ollama")
        record.operation = "chat" if path == _CHAT else "text_completion"
        record.request_model = reading.given(asked, "model", str)
        record.streamed = call.kwargs.get("stream") is True
        reading.server(record, call.instance._client.base_url)
        _options(record, asked.get("options"))
        record.output_type = "json" if asked.get("format") else None
        messages = asked.get("messages")
        record.tool_results = list(self._results(messages)) if isinstance(messages, list | tuple) else ()
        self._text: list[str] = []
        self._tools: list[ToolRequest] = []
        if self.wants_content:
            _prompt(record, asked)
        return record

    def _results(self, messages: Sequence[Any]) -> Iterator[ToolRequest]:
        """The results at the end of the messages."""
        for message in reversed(messages):
            if reading.member(message, "role") != "tool":
                return
            result = ToolRequest("", reading.member(message, "tool_name") or reading.member(message, "name"))
            if self.wants_content:
                result.result = str(reading.member(message, "content"))
            yield result

    def response(self, result: Any) -> Sequence[Following]:
        self.chunk(result)
        return ()

    def chunk(self, item: Any) -> None:
        message = getattr(item, "message", None)
        if self.wants_content:
            self._text.append(getattr(item, "response", None) or getattr(message, "content", None) or "")
        for called in getattr(message, "tool_calls", None) or ():
            self._tools.append(self._tool(called.function))
        if item.done:
            self._done(item)

    def _tool(self, function: Any) -> ToolRequest:
        tool = ToolRequest("", function.name)
        if self.wants_content:
            tool.arguments = json.dumps(function.arguments, default=str)
        return tool

    def _done(self, item: Any) -> None:
        record = self.record
        record.response_model = item.model
        record.input_tokens = item.prompt_eval_count
        record.output_tokens = item.eval_count
        record.finish_reasons = [item.done_reason] if item.done_reason else ()

    def failure(self, error: BaseException) -> None:
        reading.status(self.record, error)

    def end(self) -> None:
        if self._tools:
            self.record.tool_calls = self._tools
        if self._text:
            self.record.output_content = [{"role": "assistant", "content": "".join(self._text)}]


def _options(record: Inference, options: Any) -> None:
    if not isinstance(options, Mapping):
        return
    reading.parameters(record, options, _PARAMETERS)
    stop = options.get("stop")
    if isinstance(stop, list | tuple):
        record.stop_sequences = list(stop)


def _prompt(record: Inference, asked: Mapping[str, Any]) -> None:
    messages = asked.get("messages")
    if isinstance(messages, list | tuple):
        record.input_content = list(messages)
        return
    record.input_content = [{"role": "user", "content": asked.get("prompt")}]
    system = asked.get("system")
    record.system_content = [{"role": "system", "content": system}] if system else None
