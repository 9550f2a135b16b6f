"""OpenAI Realtime: its connection, and what the model answers on it, in the words of 2024 and of 2025."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import RealtimeResponse, ToolRequest
from otel_voice.providers.openai_realtime_hearing import Message, OpenAIHearing, error_type
from otel_voice.providers.realtime import CALLER, USER_SPEECH, base64_size, beginning
from otel_voice.providers.realtime_answer import Answer


class OpenAIRealtime(OpenAIHearing):
    """Reads one connection to /v1/realtime."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._asked: list[tuple[int, object]] = []
        """When the program asked for answers that have not begun, and the ids that it gave these messages."""
        self._sounding_id = "no answer"
        self._sounding: Answer | None = None
        """The answer whose sound came last."""

    def opening(self, call: Call) -> bool:
        client = _private(call.instance, "client")
        model = _private(call.instance, "model")
        if hasattr(client, "_azure_deployment"):
            self.provider = "azure.ai.openai"
            model = model or client._azure_deployment
        self.settings.model = model if isinstance(model, str) else None
        self.address = getattr(client, "websocket_base_url", None) or client._base_url
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        websocket = getattr(connection, "_connection", connection)
        headers = getattr(getattr(websocket, "response", None), "headers", None)
        self.request_id = headers.get("x-request-id") if headers is not None else None
        self.hears(*self.settings.heard_format)
        self.connected()
        return websocket

    def new_record(self) -> RealtimeResponse:
        record = RealtimeResponse(self.provider)
        self.shared(record)
        settings = self.settings
        record.request_model, record.voice = settings.model, settings.voice
        record.audio_format, record.sample_rate = settings.spoken_format
        record.channels = 1
        if self.wants_content and settings.instructions is not None:
            record.system_content = [{"type": "text", "content": settings.instructions}]
        return record

    def sending(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "response.create":
            self._asked.append((clock.now(), message.get("event_id")))
        elif kind == "conversation.item.create":
            self._item_sent(message.get("item") or {})
        elif kind == "conversation.item.truncate":
            self._truncated(message)
        elif kind == "input_audio_buffer.append":  # written in an unusual order
            self.hears_audio(len(str(message.get("audio"))) * 3 // 4)
        elif kind == "input_audio_buffer.commit":
            self.commits()

    def _item_sent(self, item: Message) -> None:
        kind = item.get("type")
        if kind == "function_call_output":
            result = ToolRequest(str(item.get("call_id")))
            result.result = str(item.get("output")) if self.wants_content else None
            self.results.append(result)
        elif kind == "message" and item.get("role") == "user":
            self.asked_in_writing = True

    def _truncated(self, message: Message) -> None:
        """The user heard so much of an item; the service says it itself where it plays the sound."""
        answer = self.of_item(str(message.get("item_id")))
        milliseconds = message.get("audio_end_ms")
        if answer is None or milliseconds is None:
            return
        answer.heard(milliseconds / 1000)
        if answer is self.playing:
            self.release()

    def receives_audio(self, message: Any) -> bool:
        head = beginning(message)
        if 'audio.delta"' not in head:
            return False
        if self._sounding_id not in head:
            self._sounding_id = _id(head)
            self._sounding = self.answering.get(self._sounding_id)
        size, end = base64_size(message, head, '"delta"')
        answer = self._sounding
        if answer is None or end < 0:
            return False
        if not answer.items:
            answer.items.add(_id(head, '"item_id"'))
        answer.sound(size)
        return True

    def message(self, message: Message) -> None:
        kind = str(message.get("type"))
        reader = _READERS.get(kind)
        if reader is not None:
            reader(self, message)

    def session(self, message: Message) -> None:
        """The session as it is now."""
        self.settings.read(message.get("session") or {})
        self.session_id = self.settings.id
        self.hears(*self.settings.heard_format)

    def response_created(self, message: Message) -> None:
        """The model begins to answer."""
        response = message.get("response") or {}
        now = clock.now()
        answer = self.answers(str(response.get("id")), self._asked.pop(0)[0] if self._asked else now)
        answer.record.response_id = response.get("id")

    def item_added(self, message: Message) -> None:
        """An answer consists of this, too."""
        answer = self.answering.get(str(message.get("response_id")))
        item = message.get("item") or {}
        if answer is not None and item.get("id"):
            answer.items.add(item["id"])

    def word(self, message: Message) -> None:
        """A part of an answer in text."""
        answer = self.answering.get(str(message.get("response_id")))
        if answer is not None:
            answer.word(message.get("delta") or "")

    def spoken(self, message: Message) -> None:
        """The words of a part of an answer in sound."""
        answer = self.answering.get(str(message.get("response_id")))
        if answer is not None:
            answer.spoken(message.get("delta") or "")

    def playing_elsewhere(self, message: Message) -> None:
        """The service has begun to play an answer: over a telephone line or WebRTC, beside this connection."""
        answer = self.answering.get(str(message.get("response_id")))
        if answer is not None:
            answer.played()

    def response_done(self, message: Message) -> None:
        """An answer has come whole, or will not."""
        response = message.get("response") or {}
        key = str(response.get("id"))
        answer = self.answering.get(key)
        self._sounding_id, self._sounding = "no answer", None
        if answer is None:
            return
        record = answer.record
        _usage(record, response.get("usage") or {})
        answer.tools = [
            self._tool(item) for item in response.get("output") or () if item.get("type") == "function_call"
        ]
        status, details = response.get("status"), response.get("status_details") or {}
        reason = details.get("reason")
        record.finish_reasons = [reason or status] if status else ()
        if status == "failed":
            del self.answering[key]
            answer.fail(None, error_type(details.get("error")))
            return
        if status == "cancelled":
            answer.cut(USER_SPEECH if reason == "turn_detected" else CALLER)
        self.finish(key)

    def _tool(self, item: Message) -> ToolRequest:
        tool = ToolRequest(str(item.get("call_id")), item.get("name"))
        tool.arguments = item.get("arguments") if self.wants_content else None
        return tool

    def error(self, message: Message) -> None:
        """Most errors are about another message of the program; one may be about an answer that it asked for."""
        error = message.get("error") or {}
        culprit = error.get("event_id")
        for asked in self._asked:
            if culprit in (None, asked[1]):
                self._asked.remove(asked)
                self.answers("", asked[0]).fail(None, error_type(error))
                del self.answering[""]
                return


_READERS: Mapping[str, Any] = {
    "session.created": OpenAIRealtime.session,
    "session.updated": OpenAIRealtime.session,
    "transcription_session.created": OpenAIRealtime.session,
    "transcription_session.updated": OpenAIRealtime.session,
    "input_audio_buffer.speech_started": OpenAIRealtime.speech_started,
    "input_audio_buffer.speech_stopped": OpenAIRealtime.speech_stopped,
    "input_audio_buffer.committed": OpenAIRealtime.committed,
    "input_audio_buffer.cleared": OpenAIRealtime.cleared,
    "conversation.item.input_audio_transcription.delta": OpenAIRealtime.transcribing,
    "conversation.item.input_audio_transcription.completed": OpenAIRealtime.transcribed,
    "conversation.item.input_audio_transcription.failed": OpenAIRealtime.not_transcribed,
    "conversation.item.truncated": OpenAIRealtime._truncated,
    "response.created": OpenAIRealtime.response_created,
    "response.output_item.added": OpenAIRealtime.item_added,
    "response.output_text.delta": OpenAIRealtime.word,
    "response.text.delta": OpenAIRealtime.word,
    "response.output_audio_transcript.delta": OpenAIRealtime.spoken,
    "response.audio_transcript.delta": OpenAIRealtime.spoken,
    "response.done": OpenAIRealtime.response_done,
    "output_audio_buffer.started": OpenAIRealtime.playing_elsewhere,
    "error": OpenAIRealtime.error,
}


def _private(manager: Any, name: str) -> Any:
    """A private attribute of the SDK's connection manager, under the name of the class that set it."""
    kinds = type(manager).__mro__
    return next(
        (value for kind in kinds if (value := getattr(manager, f"_{kind.__name__}__{name}", None)) is not None), None
    )


def _id(head: str, key: str = '"response_id"') -> str:
    return head.partition(key)[2].partition('"')[2].partition('"')[0]


def _usage(record: RealtimeResponse, usage: Message) -> None:
    record.input_tokens, record.output_tokens = usage.get("input_tokens"), usage.get("output_tokens")
    inputs, outputs = usage.get("input_token_details") or {}, usage.get("output_token_details") or {}
    record.cached_input_tokens = inputs.get("cached_tokens")
    record.audio_input_tokens = inputs.get("audio_tokens")
    record.audio_output_tokens = outputs.get("audio_tokens")
