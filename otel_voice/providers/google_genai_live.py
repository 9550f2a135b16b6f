"""Gemini Live: the messages of its websocket, as they are on the wire.

The service says when its answer is over, but of the user only as much as it is asked to: the start and the end of
speech, a transcript, both or neither. Of several answers to one question each ends where the model waits for tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import RealtimeResponse, Speech, SpeechToText, ToolRequest
from otel_voice.providers import google_genai_common as common
from otel_voice.providers import reading
from otel_voice.providers.google_genai_common import member
from otel_voice.providers.google_genai_live_hearing import LiveHearing, Message
from otel_voice.providers.realtime import USER_SPEECH, base64_size, beginning
from otel_voice.providers.realtime_answer import Answer

_BRACES: Mapping[type, Any] = {str: "}] \n\r\t", bytes: b"}] \n\r\t"}
_ANSWER = "answer"  # there is never more than one under way


class Live(LiveHearing):
    """Reads one connection to BidiGenerateContent."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.provider = "gcp.gemini"
        self.model: str | None = None
        self.voice: str | None = None
        self.instructions: str | None = None
        self._asked_ns: int | None = None
        self._sent_before = 0
        """Bytes of the user's audio that were sent when the last answer was over."""

    def opening(self, call: Call) -> bool:
        api_client = call.instance._api_client
        self.provider = "gcp.vertex_ai" if api_client.vertexai else "gcp.gemini"
        self.address = member(api_client._http_options, "base_url")
        self._setup(call.kwargs.get("model"), call.kwargs.get("config"))
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.session_id = getattr(connection, "session_id", None)
        self.connected()
        return connection._ws

    def failure(self, record: Speech, error: BaseException) -> None:
        reading.refusal(record, error)
        common.failure(record, error)

    def new_record(self) -> RealtimeResponse:
        record = RealtimeResponse(self.provider)
        self._shared(record)
        record.voice = self.voice
        if self.wants_content and self.instructions:
            record.system_content = [{"type": "text", "content": self.instructions}]
        return record

    def new_utterance(self) -> SpeechToText:
        record = SpeechToText(self.provider)
        self._shared(record)
        return record

    def _shared(self, record: RealtimeResponse | SpeechToText) -> None:
        self.filled(record)
        record.request_model = self.model
        record.conversation, record.session_id = self.conversation, self.session_id

    def _setup(self, model: Any, config: Any) -> None:
        self.model = common.model_name(model)
        generation = member(config, "generation_config")
        self.voice = common.voice(config) or (common.voice(generation) if generation is not None else None)
        self.transcribes = member(config, "input_audio_transcription") is not None
        instruction = member(config, "system_instruction")
        if self.wants_content and instruction is not None:
            self.instructions = "".join(common.texts(member(instruction, "parts") or [instruction]))

    def sending(self, message: Message) -> None:
        setup = message.get("setup")
        if setup is not None:  # the SDK has sent it before we see the connection
            self._setup(setup.get("model"), setup)
        self._input(member(message, "realtime_input") or {})
        self._turns(member(message, "client_content"))
        results = member(member(message, "tool_response") or {}, "function_responses") or ()
        for given in [results] if isinstance(results, Mapping) else results:
            result = ToolRequest(member(given, "id") or "", member(given, "name"))
            result.result = str(member(given, "response")) if self.wants_content else None
            self.results.append(result)
            self._asked_ns = clock.now()

    def _input(self, given: Message) -> None:
        self.audio_sent(given)
        if member(given, "activity_start") is not None:
            self.begins(clock.now())
        if member(given, "activity_end") is not None:
            self.pressed()
            self._asked_ns = clock.now()
        if member(given, "text"):
            self._written()

    def _turns(self, content: Any) -> None:
        """What the program puts into the conversation; the model answers when a turn is complete."""
        if content is not None and member(content, "turn_complete"):
            self._written()

    def _written(self) -> None:
        self.asked_in_writing = True
        self._asked_ns = clock.now()

    def receives_audio(self, message: Any) -> bool:
        head = beginning(message)
        if '"inlineData"' not in head:
            return False
        answer = self.answering.get(_ANSWER)
        size, end = base64_size(message, head, '"data"')
        # The first piece tells the format, and what stands behind the sound is to be read.
        if (
            answer is None
            or not answer.record.audible
            or end < 0
            or message[end + 1 :].strip(_BRACES.get(type(message)))
        ):
            return False
        answer.sound(size)
        return True

    def message(self, message: Message) -> None:
        if self.heard(message):
            self._asked_ns = clock.now()
        content = message.get("serverContent") or {}
        calls = (message.get("toolCall") or {}).get("functionCalls")
        if content.get("interrupted"):
            self._cut()
        self.transcribed(content, _ANSWER in self.answering)
        self._said(content)
        if calls:
            self._answer().tools.extend(self._tool(call) for call in calls)
        answer = self.answering.get(_ANSWER)
        if answer is None:
            return
        common.tokens(answer.record, message.get("usageMetadata"), "response")
        if content.get("generationComplete"):
            answer.done()
        if calls or content.get("turnComplete"):
            self._over(answer, content.get("turnCompleteReason"))

    def _said(self, content: Message) -> None:
        for part in (content.get("modelTurn") or {}).get("parts") or ():
            blob = part.get("inlineData")
            if blob is not None:
                self._sound(blob)
            elif part.get("text") and not part.get("thought"):
                self._answer().word(part["text"])
        text = (content.get("outputTranscription") or {}).get("text")
        if text:
            self._answer().spoken(text)

    def _sound(self, blob: Message) -> None:
        answer, data = self._answer(), blob.get("data") or ""
        if not answer.record.audible:
            common.audio(answer.record, blob.get("mimeType"))
        answer.sound(len(data) * 3 // 4 - data.count("=", -2))

    def _answer(self) -> Answer:
        """The answer that is under way, begun if there is none."""
        answer = self.answering.get(_ANSWER)
        if answer is not None:
            return answer
        if self.last_said is None and not self.results and not self.asked_in_writing:
            # The user must have said something of which nobody told.
            if self.transcribes and self.audio.sent > self._sent_before:
                self.begins(None)
            else:
                self.asked_in_writing = self.audio.sent > self._sent_before
        self.fell_silent()
        asked, self._asked_ns = self._asked_ns, None
        return self.answers(_ANSWER, asked)

    def _tool(self, call: Message) -> ToolRequest:
        tool = ToolRequest(call.get("id") or "", call.get("name"))
        tool.arguments = str(call.get("args")) if self.wants_content else None
        return tool

    def _cut(self) -> None:
        answer = self.answering.get(_ANSWER)
        if answer is not None:
            answer.cut(USER_SPEECH)
            self._answered(answer)

    def _over(self, answer: Answer, reason: Any) -> None:
        """The model waits: for the user, or for what its tools give."""
        if answer.is_cut:
            answer.record.finish_reasons = ["interrupted"]
        elif reason:
            answer.record.finish_reasons = [str(reason).lower()]
        del self.answering[_ANSWER]
        answer.done()
        answer.end()
        if not answer.tools:
            self._answered(answer)
            # Of what interrupted it some has been sent already.
            self._sent_before = -1 if answer.is_cut else self.audio.sent

    def _answered(self, answer: Answer) -> None:
        """Nothing more is to come of what was answered; the user may be saying the next already."""
        if self.last_said is answer.record.answers:
            self.understood()
            self.last_said = None
