"""LiteLLM's completions: OpenAI's request and answer, whichever provider is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call
from otel_voice.capture.stepped import Steps
from otel_voice.observation.records import Inference
from otel_voice.providers import openai_chat
from otel_voice.providers.litellm_common import client, failed, falls_back, named, request_id
from otel_voice.providers.reading import member


class Chat(openai_chat.Chat):
    """Reads one completion."""

    def request(self, call: Call) -> Inference | None:  # type: ignore[override]
        asked = named(call, "model", "messages")
        self._chunks: Sequence[Any] = ()
        return None if falls_back(asked) else super().request(Call(call.instance, (), asked))

    def client(self, record: Inference, call: Call) -> None:
        client(record, call.kwargs)

    def response(self, result: Any) -> Sequence[Following]:
        request_id(self.record, result)
        if not hasattr(result, "completion_stream"):
            self.result(result)
            return ()
        # The stream keeps all it gave; it is not kept itself, so that dropping it is noticed.
        self._chunks = result.chunks
        return (Steps(result),)

    def result(self, result: Any) -> None:
        super().result(result)
        _read_written(self.record, getattr(result, "usage", None))

    def chunk(self, item: Any) -> None:
        record = self.record
        if not record.response_id and item.id:
            record.response_id = item.id
            # LiteLLM repeats what was asked for where it was not told what answers.
            record.response_model = item.model if item.model != record.request_model else None
        for choice in item.choices:
            self._choice(choice)

    def _choice(self, choice: Any) -> None:
        if choice.finish_reason is not None:
            self._reasons[choice.index] = choice.finish_reason
        if self.wants_content and choice.delta.content:
            self._text.append(choice.delta.content)

    def failure(self, error: BaseException) -> None:
        failed(self.record, error)

    def end(self) -> None:
        for chunk in self._chunks:
            self._used(getattr(chunk, "usage", None))
            for choice in chunk.choices:
                if member(choice.delta, "tool_calls"):
                    self._fragments(choice)
        self._chunks = ()
        super().end()

    def _used(self, usage: Any) -> None:
        """Read what the provider told; LiteLLM takes it out of what it gives on, and may guess it afterwards."""
        record = self.record
        if usage is None:
            return
        known = record.input_tokens, record.output_tokens
        openai_chat.read_usage(record, usage)
        _read_written(record, usage)
        # Some tell the prompt's tokens at the beginning and the answer's at the end, and 0 for what they do not tell.
        record.input_tokens = record.input_tokens or known[0]
        record.output_tokens = record.output_tokens or known[1]


def _read_written(record: Inference, usage: Any) -> None:
    written = getattr(usage, "cache_creation_input_tokens", None)
    if written:
        record.cache_written_input_tokens = written
