"""Amazon Bedrock's converse: one answer of any of its models, whole or as events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call
from otel_voice.observation.records import Inference, ToolRequest
from otel_voice.providers import aws_common as common
from otel_voice.providers import reading

PROVIDER = "aws.bedrock"
_PARAMETERS: dict[str, tuple[str, type]] = {
    "temperature": ("temperature", float),
    "topP": ("top_p", float),
    "maxTokens": ("max_tokens", int),
}


class Converse(common.AwsObserver):
    """Reads one answer that comes whole."""

    record: Inference

    def request(self, call: Call) -> Inference:
        record = self.record = Inference(PROVIDER)
        asked = common.asked(record, call)
        record.request_model = asked.get("modelId")
        settings = asked.get("inferenceConfig") or {}
        reading.parameters(record, settings, _PARAMETERS)
        stop = settings.get("stopSequences")
        record.stop_sequences = list(stop) if stop else None
        record.output_type = _output_type(asked)
        messages = asked.get("messages") or ()
        record.tool_results = list(self._results(messages))
        if self.wants_content:
            record.input_content = list(messages)
            system = asked.get("system")
            record.system_content = [{"role": "system", "content": system}] if system else None
        self._tools: dict[int, ToolRequest] = {}
        self._text: list[str] = []
        return record

    def _results(self, messages: Iterable[Any]) -> Iterator[ToolRequest]:
        """The results in the last message, with what the answer before it asked for."""
        *_, before, last = [None, None, *messages]
        names = {use.get("toolUseId"): use.get("name") for use in _blocks(before, "toolUse")}
        for block in _blocks(last, "toolResult"):
            call_id = str(block.get("toolUseId"))
            result = ToolRequest(call_id, names.get(call_id))
            if self.wants_content:
                result.result = json.dumps(block.get("content"), default=str)
            yield result

    def response(self, result: Any) -> Sequence[Following]:
        record = self.record
        common.answered(record, result)
        self.stopped(result)
        self.used(result)
        message = (result.get("output") or {}).get("message")
        record.tool_calls = [self._tool(use) for use in _blocks(message, "toolUse")]
        if self.wants_content:
            self._text = _blocks(message, "text")
        return ()

    def _tool(self, use: Mapping[str, Any]) -> ToolRequest:
        tool = ToolRequest(use["toolUseId"], use.get("name"))
        if self.wants_content and "input" in use:
            tool.arguments = json.dumps(use["input"], default=str)
        return tool

    def stopped(self, ended: Mapping[str, Any]) -> None:
        """Read why it ended."""
        reason = ended.get("stopReason")
        if reason:
            self.record.finish_reasons = [reason]

    def used(self, ended: Mapping[str, Any]) -> None:
        """Read what it took, and which model a router chose."""
        router = (ended.get("trace") or {}).get("promptRouter") or {}
        self.record.response_model = router.get("invokedModelId")
        usage = ended.get("usage") or {}
        self.record.output_tokens = usage.get("outputTokens")
        fresh = usage.get("inputTokens")
        if fresh is not None:  # what the cache read or wrote is counted apart
            self.record.cached_input_tokens = read = usage.get("cacheReadInputTokens")
            self.record.cache_written_input_tokens = written = usage.get("cacheWriteInputTokens")
            self.record.input_tokens = fresh + (read or 0) + (written or 0)

    def end(self) -> None:
        if self._tools:
            self.record.tool_calls = list(self._tools.values())
        if self._text:
            self.record.output_content = [{"role": "assistant", "content": "".join(self._text)}]


class ConverseStream(Converse):
    """Reads one answer that comes as events."""

    def request(self, call: Call) -> Inference:
        record = super().request(call)
        record.streamed = True
        return record

    def response(self, result: Any) -> Sequence[Following]:
        common.answered(self.record, result)
        return (common.events(result["stream"], _is_last),)

    def chunk(self, item: Any) -> None:
        if "contentBlockDelta" in item:
            if self.wants_content:
                self._said(item["contentBlockDelta"])
        elif "contentBlockStart" in item:
            block = item["contentBlockStart"]
            use = block["start"].get("toolUse")
            if use is not None:
                self._tools[block["contentBlockIndex"]] = self._tool(use)
        elif "messageStop" in item:
            self.stopped(item["messageStop"])
        elif "metadata" in item:
            self.used(item["metadata"])

    def _said(self, block: Mapping[str, Any]) -> None:
        delta = block["delta"]
        if "text" in delta:
            self._text.append(delta["text"])
        tool = self._tools.get(block["contentBlockIndex"])
        if tool is not None and "toolUse" in delta:
            tool.arguments = (tool.arguments or "") + delta["toolUse"]["input"]


def _is_last(event: Mapping[str, Any]) -> bool:
    return "metadata" in event


def _blocks(message: Any, kind: str) -> list[Any]:
    content = message.get("content") if isinstance(message, Mapping) else None
    blocks = content if isinstance(content, list | tuple) else ()
    return [block[kind] for block in blocks if isinstance(block, Mapping) and kind in block]


def _output_type(asked: Mapping[str, Any]) -> str | None:
    wanted = (asked.get("outputConfig") or {}).get("textFormat") or {}
    return "json" if wanted.get("type") == "json_schema" else None
