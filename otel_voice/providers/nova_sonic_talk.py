"""Nova Sonic: the events of its stream, as they are on the wire.

What it says comes in pieces of content, one after the other, each with a role and a stop reason. It tells what the user
said, but not when: an utterance is known from its transcript on. An answer is what the model says until the user's
turn, or until it waits for tools.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.capture.tap_aiohttp import ConnectionClosedOK
from otel_voice.observation import clock
from otel_voice.observation.audio import decoded_size
from otel_voice.observation.records import RealtimeResponse, Speech, SpeechToText, ToolRequest
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.nova_sonic_usage import Usage
from otel_voice.providers.realtime import USER_SPEECH, Realtime, base64_size, beginning
from otel_voice.providers.realtime_answer import Answer

Message = Mapping[str, Any]

_HOST = "https://bedrock-runtime.{}.amazonaws.com"
_ANSWER = "answer"  # there is never more than one under way
_ENDS = ("END_TURN", "INTERRUPTED")
_CUT = "INTERRUPTED"


class UnfinishedError(Exception):
    """The stream was over before the model was."""


class Talk(Realtime):
    """Reads one bidirectional stream."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.model: str | None = None
        self.usage = Usage()
        self._completion: str | None = None
        self._prompt: Message = {}
        self._settings: Message = {}
        self._instructions: list[str] = []
        self._sending: Message = {}
        """The content that the program sends, and that is not audio."""
        self._receiving: Message = {}
        """The content that the service sends."""
        self._asked_ns: int | None = None
        self._number = 0

    def opening(self, call: Call) -> bool:
        self.model = getattr(call.argument(0, "input"), "model_id", None)
        config = call.instance._config
        address, region = getattr(config, "endpoint_uri", None), getattr(config, "region", None)
        self.address = str(address) if address else _HOST.format(region) if region else None
        self.attempt()
        return True

    def opened(self, connection: Any) -> None:
        told = getattr(connection, "response_metadata", None)
        self.request_id = getattr(told, "request_id", None)
        self.connected()

    def failure(self, record: Speech, error: BaseException) -> None:
        told = getattr(error, "response_metadata", None)
        record.status_code = getattr(told, "http_status_code", None)
        record.request_id = getattr(told, "request_id", None)

    def new_record(self) -> RealtimeResponse:
        record = RealtimeResponse("aws.bedrock")
        self._shared(record)
        record.response_id = self._completion
        audio: Message = self._prompt.get("audioOutputConfiguration") or {}
        record.voice = reading.given(audio, "voiceId", str)
        record.temperature, record.top_p = self._settings.get("temperature"), self._settings.get("topP")
        record.max_tokens = reading.integer(self._settings.get("maxTokens"))
        if self.wants_content and self._instructions:
            record.system_content = [{"type": "text", "content": each} for each in self._instructions]
        return record

    def new_utterance(self) -> SpeechToText:
        record = SpeechToText("aws.bedrock")
        self._shared(record)
        return record

    def _shared(self, record: RealtimeResponse | SpeechToText) -> None:
        self.filled(record)
        record.request_model = self.model
        record.conversation, record.session_id = self.conversation, self.session_id

    # -- the program -----------------------------------------------------------------------------------

    def sent(self, message: Any) -> None:
        super().sent(getattr(message.value, "bytes_", None) or b"")

    def sends_audio(self, message: Any) -> bool:
        head = beginning(message)
        if '"audioInput"' not in head:
            return False
        size, end = base64_size(message, head, '"content"')
        self.audio.add(max(size, 0))
        return end >= 0

    def sending(self, message: Message) -> None:
        for kind, content in (message.get("event") or {}).items():
            if kind == "sessionStart":
                self._settings = content.get("inferenceConfiguration") or {}
            elif kind == "promptStart":
                self._prompt = content
            elif kind == "contentStart":
                self._content_sent(content)
            elif kind == "textInput":
                self._text_sent(content.get("content"))
            elif kind == "toolResult":
                self._result_sent(content.get("content"))
            elif kind == "audioInput":  # spelled so that it stands further behind
                self.audio.add(decoded_size(content.get("content")))

    def _content_sent(self, content: Message) -> None:
        audio = content.get("audioInputConfiguration")
        if audio is None:
            self._sending = content
        else:
            self.hears(_encoding(audio), reading.integer(audio.get("sampleRateHertz")))

    def _text_sent(self, text: Any) -> None:
        role = self._sending.get("role")
        if role == "SYSTEM" and self.wants_content:
            self._instructions.append(str(text))
        if role == "USER" and self._sending.get("interactive"):
            self.asked_in_writing, self._asked_ns = True, clock.now()

    def _result_sent(self, given: Any) -> None:
        about = self._sending.get("toolResultInputConfiguration") or {}
        result = ToolRequest(about.get("toolUseId") or "")
        result.result = str(given) if self.wants_content else None
        self.results.append(result)
        self._asked_ns = clock.now()

    # -- the service -----------------------------------------------------------------------------------

    def received(self, message: Any) -> None:
        super().received(getattr(message.value, "bytes_", None) or b"")

    def receives_audio(self, message: Any) -> bool:
        head = beginning(message)
        answer = self.answering.get(_ANSWER)
        if '"audioOutput"' not in head or answer is None:
            return False
        size, end = base64_size(message, head, '"content"')
        if end >= 0:
            answer.sound(size)
        return end >= 0

    def message(self, message: Message) -> None:
        for kind, content in (message.get("event") or {}).items():
            if kind == "completionStart":
                self.session_id, self._completion = content.get("sessionId"), content.get("completionId")
            elif kind == "usageEvent":
                self._used(content)
            elif kind == "contentStart":
                self._begins(content)
            elif kind == "textOutput":
                self._text(content.get("content") or "")
            elif kind == "audioOutput":  # spelled so that it stands further behind
                self._answer().sound(decoded_size(content.get("content")))
            elif kind == "toolUse":
                self._answer().tools.append(self._tool(content))
            elif kind == "contentEnd":
                self._ends(content.get("stopReason"))

    def _begins(self, content: Message) -> None:
        self._receiving = content
        audio = content.get("audioOutputConfiguration")
        if content.get("role") == "USER":
            if not self.said:
                self._number += 1
                self.speaks(str(self._number), None)
        elif audio is not None or content.get("type") == "TOOL" or _stage(content) == "SPECULATIVE":
            answer = self._answer()
            if audio is not None:
                answer.record.audio_format = _encoding(audio)
                answer.record.sample_rate = reading.integer(audio.get("sampleRateHertz"))
                answer.record.channels = reading.integer(audio.get("channelCount"))

    def _text(self, text: str) -> None:
        if self._receiving.get("role") == "USER":
            for said in self.said.values():
                said.partial(text)
        elif _says_interrupted(text):
            self._cut()
        elif _stage(self._receiving) == "SPECULATIVE":
            self._answer().spoken(text)

    def _ends(self, reason: Any) -> None:
        content, self._receiving = self._receiving, {}
        answer = self.answering.get(_ANSWER)
        if content.get("role") == "USER":
            return
        if reason == _CUT:
            self._cut()
        elif answer is not None and (reason == "TOOL_USE" or (content.get("type") == "AUDIO" and reason in _ENDS)):
            answer.record.finish_reasons = [str(reason).lower()]
            self._over()

    def _answer(self) -> Answer:
        """The answer that is under way, begun if there is none."""
        answer = self.answering.get(_ANSWER)
        if answer is None:
            self._understood()
            asked, self._asked_ns = self._asked_ns, None
            answer = self.answers(_ANSWER, asked)
            self.usage.of(answer.record)
        return answer

    def _understood(self) -> None:
        """The model begins to answer, so that the user is done; when they fell silent only the transcript tells."""
        while self.said:
            said = self.said.pop(next(iter(self.said)))
            if said.record.transcribed_ns is not None:
                said.record.speech_ended_ns = said.record.transcribed_ns
                said.record.speech_end_source = "final_transcript"
            said.transcript()

    def _used(self, told: Message) -> None:
        known = self.answering.get(_ANSWER) or self.playing
        self.usage.add((told.get("details") or {}).get("delta"))
        if known is not None:
            self.usage.of(known.record)

    def _tool(self, told: Message) -> ToolRequest:
        tool = ToolRequest(told.get("toolUseId") or "", told.get("toolName"))
        tool.arguments = str(told.get("content")) if self.wants_content else None
        return tool

    def _cut(self) -> None:
        """The user spoke over the answer, which may have come whole by then."""
        answer = self.answering.get(_ANSWER) or self.playing
        if answer is None or answer.is_cut:
            return
        answer.cut(USER_SPEECH)
        answer.record.finish_reasons = ["interrupted"]
        if answer is self.playing:
            self.release()
        else:
            self._over()

    def _over(self) -> None:
        answer = self.answering[_ANSWER]
        waits = bool(answer.tools)
        if answer.is_cut or waits:
            del self.answering[_ANSWER]
            answer.done()
            answer.end()
        else:
            self.finish(_ANSWER)
        if not waits:
            self.last_said = None

    def broken(self, error: BaseException) -> None:
        """A read failed. The SDK raises what the service sent in place of an event, too."""
        with self.lock:
            if not self.over:
                self.over = True
                self._end(error)
        self._hang_up()

    def _end(self, error: BaseException) -> None:
        if not isinstance(error, ConnectionClosedOK):
            self.fail(error)
        elif self.answering:  # the SDK takes a lost connection for the end
            self.fail(UnfinishedError("the stream ended in the middle of an answer"))
        else:
            self.drained()


def _encoding(audio: Message) -> str | None:
    kind = str(audio.get("mediaType") or "")
    return "pcm" if kind == "audio/lpcm" else kind.removeprefix("audio/") or None


def _stage(content: Message) -> Any:
    return parsed(content.get("additionalModelFields") or "").get("generationStage")


def _says_interrupted(text: str) -> bool:
    """Whether this stands for no words: `{ "interrupted" : true }`."""
    try:
        told = json.loads(text) if text.lstrip().startswith("{") else None
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("interrupted") is True
