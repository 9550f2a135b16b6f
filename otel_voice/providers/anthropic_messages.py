"""Anthropic messages: request, message, events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Inference, ToolRequest
from otel_voice.providers import reading
from otel_voice.providers.stainless import StainlessObserver

_MESSAGES = ("/v1/messages", "/v1/messages?beta=true")
_PARAMETERS: dict[str, tuple[str, type]] = {
    "temperature": ("temperature", float),
    "top_p": ("top_p", float),
    "max_tokens": ("max_tokens", int),
}
_PLATFORMS = {"Bedrock": "aws.bedrock", "Vertex": "gcp.vertex_ai"}


class Messages(StainlessObserver):
    """Reads one message, at the place in the client through which every way to ask for one goes."""

    record: Inference
    request_id_header = "request-id"

    def request(self, call: Call) -> Inference | None:
        options = call.argument(1, "options")
        asked = options.json_data
        if options.url not in _MESSAGES or options.method.lower() != "post" or not isinstance(asked, Mapping):
            return None
        if isinstance(options.extra_json, Mapping):
            asked = {**asked, **options.extra_json}
        record = self.record = Inference(_provider(call.instance))
        record.told_by_sdk = _tells(call.instance) and getattr(options, "span_name", None) is not None
        record.request_model = reading.given(asked, "model", str)
        record.streamed = asked.get("stream") is True
        reading.server(record, call.instance._base_url)
        reading.parameters(record, asked, _PARAMETERS)
        record.output_type = _output_type(asked)
        stop = asked.get("stop_sequences")
        if isinstance(stop, list | tuple):
            record.stop_sequences = list(stop)
        self._conversation(asked)
        self._text: list[str] = []
        self._tools: dict[int, ToolRequest] = {}
        return record

    def _conversation(self, asked: Mapping[str, Any]) -> None:
        messages = asked.get("messages")
        if not isinstance(messages, list | tuple):  # anything else might be used up by looking at it
            return
        self.record.tool_results = list(self._results(messages))
        if self.wants_content:
            self.record.input_content = list(messages)
            system = asked.get("system")
            self.record.system_content = [{"role": "system", "content": system}] if system else None

    def _results(self, messages: Iterable[Any]) -> Iterator[ToolRequest]:
        """The results in the last message, with what the answer before it asked for."""
        *_, before, last = [None, None, *messages]
        names = {reading.member(each, "id"): reading.member(each, "name") for each in _blocks(before, "tool_use")}
        for block in _blocks(last, "tool_result"):
            call_id = str(reading.member(block, "tool_use_id"))
            result = ToolRequest(call_id, names.get(call_id))
            if self.wants_content:
                result.result = str(reading.member(block, "content"))
            yield result

    def result(self, result: Any) -> None:
        self._opened(result)
        self._stopped(result)
        content = getattr(result, "content", None) or ()
        self.record.tool_calls = [self._tool(block) for block in content if block.type == "tool_use"]
        if self.wants_content:
            self._text = [block.text for block in content if block.type == "text"]

    def _opened(self, message: Any) -> None:
        """Read what is known when the answer begins. The tokens written so far are only a beginning."""
        record = self.record
        record.response_id = getattr(message, "id", None)
        record.response_model = getattr(message, "model", None)
        _read_input(record, getattr(message, "usage", None))

    def _stopped(self, ended: Any) -> None:
        """Read what is known when it ends: a message, or the last change to one."""
        usage = getattr(ended, "usage", None)
        _read_input(self.record, usage)
        self.record.output_tokens = getattr(usage, "output_tokens", None)
        details = getattr(usage, "output_tokens_details", None)
        self.record.reasoning_tokens = getattr(details, "thinking_tokens", None)
        reason = getattr(getattr(ended, "delta", None) or ended, "stop_reason", None)
        if reason is not None:
            self.record.finish_reasons = [reason]

    def _tool(self, block: Any) -> ToolRequest:
        tool = ToolRequest(block.id, block.name)
        if self.wants_content and block.input:
            tool.arguments = json.dumps(block.input, default=vars)
        return tool

    def chunk(self, item: Any) -> None:
        kind = item.type
        if kind == "content_block_delta":
            if self.wants_content:
                self._said(item)
        elif kind == "content_block_start":
            if item.content_block.type == "tool_use":
                self._tools[item.index] = self._tool(item.content_block)
        elif kind == "message_start":
            self._opened(item.message)
        elif kind == "message_delta":
            self._stopped(item)

    def _said(self, item: Any) -> None:
        text = getattr(item.delta, "text", None)
        if text is not None:
            self._text.append(text)
        arguments = getattr(item.delta, "partial_json", None)
        tool = self._tools.get(item.index)
        if tool is not None and arguments:
            tool.arguments = (tool.arguments or "") + arguments

    def failure(self, error: BaseException) -> None:
        super().failure(error)
        if self.record.error_type is None:  # said in mid-stream, so it has no status
            body = getattr(error, "body", None)
            told = body.get("error") if isinstance(body, Mapping) else None
            self.record.error_type = told.get("type") if isinstance(told, Mapping) else None

    def end(self) -> None:
        super().end()
        if self._tools:
            self.record.tool_calls = list(self._tools.values())
        if self._text:
            self.record.output_content = [{"role": "assistant", "content": "".join(self._text)}]


def _provider(client: Any) -> str:
    """Whose service answers: the same models are sold by others, through clients of their own."""
    known = getattr(client, "_gen_ai_provider_name", None)
    if isinstance(known, str):
        return known
    name = type(client).__name__
    return next((provider for platform, provider in _PLATFORMS.items() if platform in name), "anthropic")


def _tells(client: Any) -> bool:
    """Whether the client is set to make spans of its own."""
    options = getattr(client, "_open_telemetry", None)
    return options is not None and bool(options["traces"]["enabled"])


def _output_type(asked: Mapping[str, Any]) -> str | None:
    wanted = asked.get("output_config")
    formats = (wanted.get("format") if isinstance(wanted, Mapping) else None, asked.get("output_format"))
    return "json" if any(isinstance(each, Mapping) and each.get("type") == "json_schema" for each in formats) else None


def _read_input(record: Inference, usage: Any) -> None:
    """Read what the prompt took. The service counts what it read from its cache, or wrote to it, apart."""
    fresh = getattr(usage, "input_tokens", None)
    if fresh is None:
        return
    record.cached_input_tokens = read = getattr(usage, "cache_read_input_tokens", None)
    record.cache_written_input_tokens = written = getattr(usage, "cache_creation_input_tokens", None)
    record.input_tokens = fresh + (read or 0) + (written or 0)


def _blocks(message: Any, kind: str) -> list[Any]:
    content = reading.member(message, "content")
    blocks = content if isinstance(content, list | tuple) else ()
    return [block for block in blocks if reading.member(block, "type") == kind]
