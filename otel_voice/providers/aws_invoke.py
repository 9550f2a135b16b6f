"""Amazon Bedrock's invoke_model: what every model says in its own words, so that only what Bedrock says is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call
from otel_voice.observation.records import Inference
from otel_voice.providers import aws_common as common
from otel_voice.providers import reading
from otel_voice.providers.aws_converse import PROVIDER

_METRICS = "amazon-bedrock-invocationMetrics"
_METRICS_BYTES = _METRICS.encode()


class InvokeModel(common.AwsObserver):
    """Reads one answer to messages that comes whole. Tokens are in its headers, whatever the model."""

    record: Inference

    def request(self, call: Call) -> Inference | None:
        record = self.record = Inference(PROVIDER)
        asked = common.asked(record, call)
        if not _is_chat(asked.get("body")):
            return None
        record.request_model = asked.get("modelId")
        return record

    def response(self, result: Any) -> Sequence[Following]:
        headers = common.answered(self.record, result)
        self.record.input_tokens = reading.integer(headers.get("x-amzn-bedrock-input-token-count"))
        self.record.output_tokens = reading.integer(headers.get("x-amzn-bedrock-output-token-count"))
        return ()


class InvokeModelStream(InvokeModel):
    """Reads one answer to messages that comes as events. Bedrock says in the last what it took."""

    def request(self, call: Call) -> Inference | None:
        record = super().request(call)
        if record is not None:
            record.streamed = True
        return record

    def response(self, result: Any) -> Sequence[Following]:
        common.answered(self.record, result)
        return (common.events(result["body"], _is_last),)

    def chunk(self, item: Any) -> None:
        if _is_last(item):
            used = json.loads(item["chunk"]["bytes"])[_METRICS]
            self.record.input_tokens = used.get("inputTokenCount")
            self.record.output_tokens = used.get("outputTokenCount")


def _is_chat(body: Any) -> bool:
    """Whether it asks for the next message of a conversation: pictures and embeddings are made in this way, too."""
    if isinstance(body, str):
        return '"messages"' in body
    return isinstance(body, bytes | bytearray) and b'"messages"' in body


def _is_last(event: Any) -> bool:
    return _METRICS_BYTES in event.get("chunk", {}).get("bytes", b"")
