"""Google GenAI `generate_content`: one model call, whose answer is text, or sound when that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from otel_voice.capture.observer import Call, Observer
from otel_voice.observation.audio import duration
from otel_voice.observation.records import Inference, Operation, TextToSpeech, ToolRequest
from otel_voice.providers import google_genai_common as common
from otel_voice.providers.google_genai_common import member

_PARAMETERS = (
    ("temperature", "temperature", float),
    ("top_p", "top_p", float),
    ("max_output_tokens", "max_tokens", int),
    ("seed", "seed", int),
    ("frequency_penalty", "frequency_penalty", float),
    ("presence_penalty", "presence_penalty", float),
    ("candidate_count", "choice_count", int),
)


class Generation(Observer):
    """Reads one request, and one answer in one piece."""

    def request(self, call: Call) -> Operation:
        kind = Spoken if common.asks_for_audio(call.kwargs.get("config")) else Written
        self._reader = kind(self.wants_content)
        self._last: Any = None
        return self._reader.request(call)

    def response(self, result: Any) -> Sequence[Any]:
        self.chunk(result)
        return ()

    def chunk(self, item: Any) -> None:
        self._last = item
        for candidate in getattr(item, "candidates", None) or ():
            content = candidate.content
            for part in (content.parts if content is not None else None) or ():
                self._reader.part(part)

    def failure(self, error: BaseException) -> None:
        common.failure(self._reader.record, error)

    def end(self) -> None:
        if self._last is not None:
            self._reader.identify(self._last)
        self._reader.end()


class GenerationStream(Generation):
    """Reads one answer that comes in pieces; the last of them says why it ended and what it used."""

    def request(self, call: Call) -> Operation:
        record = super().request(call)
        record.streamed = True
        return record


class _Reader:
    """Reads either kind of answer."""

    record: Any

    def __init__(self, wants_content: bool) -> None:
        self.wants_content = wants_content
        self._text: list[str] = []

    def request(self, call: Call) -> Operation:
        common.client(self.record, call.instance._api_client, call.kwargs.get("model"))
        operation: Operation = self.record
        return operation

    def part(self, part: Any) -> None:
        """Read a part of the answer. This is the hot path."""

    def identify(self, last: Any) -> None:
        """Read what the last piece of the answer says of the whole."""
        self.record.response_id = getattr(last, "response_id", None)
        self.record.response_model = getattr(last, "model_version", None)

    def end(self) -> None:
        """Settle what was gathered."""


class Written(_Reader):
    """Reads an answer in words and tool calls."""

    record: Inference

    def request(self, call: Call) -> Operation:
        record = self.record = Inference("gcp.gemini")
        record.operation = "generate_content"
        super().request(call)
        config = call.kwargs.get("config")
        for name, field, kind in _PARAMETERS:
            value = member(config, name)
            if isinstance(value, int | float):
                setattr(record, field, kind(value))
        record.stop_sequences = member(config, "stop_sequences")
        if member(config, "response_mime_type") == "application/json":
            record.output_type = "json"
        self._contents(call.kwargs.get("contents"), member(config, "system_instruction"))
        self._tools: list[ToolRequest] = []
        return record

    def _contents(self, contents: Any, instruction: Any) -> None:
        messages = contents if isinstance(contents, list | tuple) else [contents]
        self.record.tool_results = list(self._results(messages))
        if self.wants_content:
            self.record.input_content = [_message(each) for each in messages]
            if instruction is not None:
                self.record.system_content = [{"type": "text", "content": _message(instruction)["content"]}]

    def _results(self, messages: Sequence[Any]) -> Iterator[ToolRequest]:
        """The results in the last message; the id of a call may stand only in the message before, with its name."""
        asked = [member(part, "function_call") for part in _parts(messages[-2:-1])]
        ids = {member(call, "name"): member(call, "id") for call in asked if call is not None}
        for part in _parts(messages[-1:]):
            found = member(part, "function_response")
            if found is not None:
                name = member(found, "name")
                result = ToolRequest(member(found, "id") or ids.get(name) or "", name)
                result.result = str(member(found, "response")) if self.wants_content else None
                yield result

    def part(self, part: Any) -> None:
        call = part.function_call
        if call is not None:
            tool = ToolRequest(getattr(call, "id", None) or "", call.name)
            tool.arguments = str(call.args) if self.wants_content else None
            self._tools.append(tool)
        elif self.wants_content:
            self._text.extend(common.texts([part]))

    def identify(self, last: Any) -> None:
        super().identify(last)
        common.tokens(self.record, getattr(last, "usage_metadata", None), "candidates")
        reasons = [getattr(each, "finish_reason", None) for each in getattr(last, "candidates", None) or ()]
        blocked = common.path(last, "prompt_feedback", "block_reason")
        named = [common.plain(reason) for reason in (reasons or [blocked])]
        self.record.finish_reasons = [name.lower() for name in named if name]

    def end(self) -> None:
        self.record.tool_calls = self._tools
        if self._text:
            self.record.output_content = [{"role": "assistant", "content": "".join(self._text)}]


class Spoken(_Reader):
    """Reads an answer in sound."""

    record: TextToSpeech

    def request(self, call: Call) -> Operation:
        record = self.record = TextToSpeech("gcp.gemini")
        super().request(call)
        record.voice = common.voice(call.kwargs.get("config"))
        contents = call.kwargs.get("contents")
        messages = contents if isinstance(contents, list | tuple) else [contents]
        text = "".join(str(_message(each)["content"]) for each in messages)
        record.characters = len(text) or None
        record.text_content = text if self.wants_content else None
        return record

    def part(self, part: Any) -> None:
        blob = part.inline_data
        if blob is not None and blob.data is not None:
            if not self.record.audio_bytes:
                common.audio(self.record, blob.mime_type)
            self.record.audio_bytes += len(blob.data)

    def identify(self, last: Any) -> None:
        super().identify(last)
        counted = Inference("")
        common.tokens(counted, getattr(last, "usage_metadata", None), "candidates")
        self.record.input_tokens, self.record.output_tokens = counted.input_tokens, counted.output_tokens

    def end(self) -> None:
        record = self.record
        record.audio_seconds = duration(record.audio_bytes, record.audio_format, record.sample_rate, record.channels)


def _parts(messages: Sequence[Any]) -> list[Any]:
    """The parts of some messages; a single part may stand for a message."""
    return [part for message in messages for part in member(message, "parts") or [message]]


def _message(message: Any) -> Mapping[str, Any]:
    """A message with its role and its words: the SDK takes a text, a part, or a content for one."""
    parts = member(message, "parts") if message is not None else None
    role = member(message, "role") or "user"
    return {"role": "assistant" if role == "model" else role, "content": "".join(common.texts(parts or [message]))}
