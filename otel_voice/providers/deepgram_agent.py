"""Deepgram's Voice Agent, /v1/agent/converse: what the user says, what the agent answers, and what Deepgram measured.

The service tells when the user begins to speak and what they said, and not when they fell silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import RealtimeResponse, SpeechToText, ToolRequest
from otel_voice.providers.deepgram_agent_settings import Settings
from otel_voice.providers.deepgram_connection import DeepgramConnection
from otel_voice.providers.realtime import CALLER, USER_SPEECH, Realtime
from otel_voice.providers.realtime_answer import Answer

Message = Mapping[str, Any]

_USER, _ANSWER = "user", "answer"
_MEASURED = {
    "total_latency": "told_seconds",
    "stt_latency": "told_transcription_seconds",
    "ttt_latency": "told_inference_seconds",
    "ttt_text_latency": "told_inference_seconds",
    "tts_latency": "told_synthesis_seconds",
}
"""What the service measured -> a field of the answer."""


class Agent(DeepgramConnection, Realtime):
    """Reads one connection to /v1/agent/converse."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.settings = Settings()
        self._asked_ns: int | None = None
        self._written: list[str] = []
        """What the program put into the user's mouth, and was not echoed yet."""

    def address_of(self, addresses: Any) -> str:
        return str(addresses.agent)

    def opened(self, connection: Any) -> Any:
        websocket = super().opened(connection)
        self.connected()
        return websocket

    def new_record(self) -> RealtimeResponse:
        record, settings = RealtimeResponse("deepgram"), self.settings
        self._shared(record)
        record.request_model, record.voice, record.agent_id = settings.think, settings.speak, settings.agent_id
        record.audio_format, record.sample_rate = settings.spoken_format
        if self.wants_content and settings.prompt:
            record.system_content = [{"type": "text", "content": settings.prompt}]
        return record

    def new_utterance(self) -> SpeechToText:
        record, settings = SpeechToText("deepgram"), self.settings
        self._shared(record)
        record.request_model, record.language = settings.listen, settings.language
        record.audio_format, record.sample_rate = settings.heard_format
        return record

    def _shared(self, record: RealtimeResponse | SpeechToText) -> None:
        self.filled(record)
        record.conversation, record.session_id = self.conversation, self.request_id

    # -- what the program sends ------------------------------------------------------------------------

    def sends_audio(self, message: Any) -> bool:
        if isinstance(message, str):
            return False
        self.audio.add(len(message))
        return True

    def sending(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "Settings":
            self.settings.read(message)
            self.hears(*self.settings.heard_format)
        elif kind in ("UpdateSpeak", "UpdateThink", "UpdatePrompt"):
            self.settings.update(message)
        elif kind == "InjectUserMessage":
            self._written.append(str(message.get("content")))
            self.last_said, self.asked_in_writing, self._asked_ns = None, True, clock.now()
        elif kind == "ForceEndTurn" and _USER in self.said:
            self.said[_USER].silent(clock.now(), CALLER)
        elif kind == "FunctionCallResponse":
            result = ToolRequest(str(message.get("id")), message.get("name"))
            result.result = message.get("content") if self.wants_content else None
            self.finish(_ANSWER)
            self.results.append(result)
            self._asked_ns = clock.now()

    # -- what the service sends ------------------------------------------------------------------------

    def receives_audio(self, message: Any) -> bool:
        if isinstance(message, str):
            return False
        answer = self.answering.get(_ANSWER)
        if answer is None:
            with self.lock:
                answer = self._open()
        answer.sound(len(message))
        return True

    def message(self, message: Message) -> None:
        reader = _READERS.get(str(message.get("type")))
        if reader is not None:
            reader(self, message)

    def welcome(self, message: Message) -> None:
        """The first message."""
        self.request_id = message.get("request_id") or self.request_id

    def speech_started(self, message: Message) -> None:
        """The user speaks; what is not played yet of an answer is to be thrown away."""
        for answer in [*self.answering.values(), *([self.playing] if self.playing else [])]:
            answer.cut(USER_SPEECH)
        self.finish(_ANSWER)
        self.release()
        if _USER not in self.said:  # or else they go on
            self.speaks(_USER, None)

    def text(self, message: Message) -> None:
        """What somebody said."""
        text = message.get("content") or ""
        if message.get("role") == "assistant":
            self._open().spoken(text)
        elif text in self._written:
            self._written.remove(text)
        else:
            said = self.said.get(_USER) or self.speaks(_USER, None)
            del self.said[_USER]
            said.record.language = next(iter(message.get("languages") or ()), said.record.language)
            said.transcript(text)
            self._asked_ns = said.record.speech_ended_ns

    def measured(self, message: Message) -> None:
        """How long the parts of an answer took, by the service's own clock."""
        record = (self.playing if self.playing and not self.answering else self._open()).record
        for name, field in _MEASURED.items():
            if message.get(name) is not None:
                setattr(record, field, float(message[name]))

    def tool_calls(self, message: Message) -> None:
        """The agent wants the program to do something, and goes on when it has the results."""
        calls = [call for call in message.get("functions") or () if call.get("client_side", True)]
        if not calls:
            return
        answer = self._open()
        answer.tools.extend(self._tool(call) for call in calls)
        if not answer.record.audible:
            self.finish(_ANSWER)

    def _tool(self, call: Message) -> ToolRequest:
        tool = ToolRequest(str(call.get("id")), call.get("name"))
        tool.arguments = call.get("arguments") if self.wants_content else None
        return tool

    def audio_done(self, message: Message) -> None:
        """All sound of an answer has come; it is told when it was played."""
        self.finish(_ANSWER)

    def _open(self) -> Answer:
        """The answer that is under way, begun if there is none."""
        answer = self.answering.get(_ANSWER)
        if answer is not None:
            return answer
        asked, self._asked_ns = self._asked_ns, None
        return self.answers(_ANSWER, asked)


_READERS: Mapping[str, Any] = {
    "Welcome": Agent.welcome,
    "UserStartedSpeaking": Agent.speech_started,
    "ConversationText": Agent.text,
    "AgentStartedSpeaking": Agent.measured,
    "LatencyReport": Agent.measured,
    "FunctionCallRequest": Agent.tool_calls,
    "AgentAudioDone": Agent.audio_done,
    "Error": Agent.error_message,
}
