"""Cohere's chat: request, answer, events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from otel_voice.capture.follow import Following, Items
from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.records import Inference, ToolRequest
from otel_voice.providers import reading

_PARAMETERS: dict[str, tuple[str, type]] = {
    "temperature": ("temperature", float),
    "p": ("top_p", float),
    "max_tokens": ("max_tokens", int),
    "seed": ("seed", int),
    "frequency_penalty": ("frequency_penalty", float),
    "presence_penalty": ("presence_penalty", float),
}


class Chat(Observer):
    """Reads one answer."""

    record: Inference

    def request(self, call: Call) -> Inference:
        asked = call.kwargs
        record = self.record = Inference("cohere")
        record.request_model = reading.given(asked, "model", str)
        reading.server(record, call.instance._client_wrapper._base_url)
        reading.parameters(record, asked, _PARAMETERS)
        stop = asked.get("stop_sequences")
        if isinstance(stop, list | tuple):
            record.stop_sequences = list(stop)
        wanted = reading.member(asked.get("response_format"), "type")
        record.output_type = {"json_object": "json", "text": "text"}.get(str(wanted))
        messages = asked.get("messages")
        if isinstance(messages, list | tuple):  # anything else might be used up by looking at it
            record.tool_results = list(self._results(messages))
            record.input_content = [_plain(message) for message in messages] if self.wants_content else None
        self._text: list[str] = []
        self._tools: list[ToolRequest] = []
        return record

    def _results(self, messages: Sequence[Any]) -> Iterator[ToolRequest]:
        """The results at the end of the messages, with what the answer before them asked for."""
        results: list[ToolRequest] = []
        for message in reversed(messages):
            if reading.member(message, "role") != "tool":
                calls = reading.member(message, "tool_calls") or ()
                names = {reading.member(each, "id"): _function(each, "name") for each in calls}
                for result in results:
                    result.name = names.get(result.call_id)
                break
            results.append(ToolRequest(str(reading.member(message, "tool_call_id"))))
            if self.wants_content:
                results[-1].result = str(reading.member(message, "content"))
        return iter(results)

    def response(self, result: Any) -> Sequence[Following]:
        self.result(result._data)
        return ()

    def result(self, answer: Any) -> None:
        """Read a whole answer."""
        self.record.response_id = answer.id
        self._ended(answer)
        message = answer.message
        for each in message.tool_calls or ():
            self._tool(each)
        if self.wants_content:
            self._text = [part.text for part in message.content or () if getattr(part, "text", None)]

    def _ended(self, told: Any) -> None:
        record = self.record
        if told.finish_reason:
            record.finish_reasons = [told.finish_reason]
        member, usage = reading.member, told.usage  # some versions leave it a mapping
        # The conventions want what is billed, where both are told.
        counted = member(usage, "billed_units") or member(usage, "tokens")
        record.input_tokens = reading.integer(member(counted, "input_tokens"))
        record.output_tokens = reading.integer(member(counted, "output_tokens"))

    def _tool(self, call: Any) -> None:
        tool = ToolRequest(call.id, _function(call, "name"))
        if self.wants_content:
            tool.arguments = _function(call, "arguments")
        self._tools.append(tool)

    def failure(self, error: BaseException) -> None:
        reading.status(self.record, error)

    def end(self) -> None:
        if self._tools:
            self.record.tool_calls = self._tools
        if self._text:
            self.record.output_content = [{"role": "assistant", "content": "".join(self._text)}]


class Stream(Chat):
    """Reads one that is streamed."""

    def request(self, call: Call) -> Inference:
        record = super().request(call)
        record.streamed = True
        return record

    def response(self, result: Any) -> Sequence[Following]:
        return (Items(result, "_data"),)

    def chunk(self, item: Any) -> None:
        kind = item.type
        if kind == "content-delta":
            if self.wants_content:
                self._text.append(item.delta.message.content.text or "")
        elif kind == "message-start":
            self.record.response_id = item.id
        elif kind == "tool-call-start":
            self._tool(item.delta.message.tool_calls)
        elif kind == "tool-call-delta":
            if self.wants_content:
                self._argued(_function(item.delta.message.tool_calls, "arguments"))
        elif kind == "message-end":
            self._ended(item.delta)

    def _argued(self, part: str | None) -> None:
        if self._tools and part:
            self._tools[-1].arguments = (self._tools[-1].arguments or "") + part


def _function(call: Any, name: str) -> Any:
    return reading.member(reading.member(call, "function"), name)


def _plain(message: Any) -> Any:
    """A message as it is sent; it may be the SDK's own."""
    dump = getattr(message, "model_dump", None)
    return message if dump is None else dump(exclude_none=True)
