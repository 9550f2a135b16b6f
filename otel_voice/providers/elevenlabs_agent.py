"""ElevenLabs Agents: their connection, and what the agent answers on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import RealtimeResponse, Speech, ToolRequest
from otel_voice.providers import elevenlabs_common as common
from otel_voice.providers.elevenlabs_agent_hearing import AgentHearing, Message
from otel_voice.providers.raw import query_of
from otel_voice.providers.realtime import CALLER, USER_SPEECH, base64_size, beginning
from otel_voice.providers.realtime_answer import Answer

_ANSWER = "answer"
_EVENT = re.compile(r'"event_id"\s*:\s*(\d+)')
_FINAL = re.compile(r'"is_final"\s*:\s*true')


class AgentError(Exception):
    """An error that the service sent as a message."""


class Agent(AgentHearing):
    """Reads one connection to /v1/convai/conversation. One answer is open at a time."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.agent_id: str | None = None
        self._asked: Mapping[str, Any] = {}
        """What the program puts in the place of the agent's own settings."""
        self._spoken_format: str | None = None
        self._round_trip: float | None = None
        self._has_text = False
        """Whether the words of the open answer are known."""
        self._event = 0
        """The number of the answer whose sound came last."""
        self._dropped = 0
        """Up to which number what comes is not heard any more."""

    def opening(self, call: Call) -> bool:
        self.address = call.args[0]
        self.agent_id = query_of(call.args[0]).get("agent_id")
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.connected()
        return connection

    def new_record(self) -> RealtimeResponse:
        record = RealtimeResponse("elevenlabs")
        self.filled(record)
        agent, voice = self._asked.get("agent") or {}, self._asked.get("tts") or {}
        prompt = agent.get("prompt") or {}
        record.request_model, record.voice = prompt.get("llm"), voice.get("voice_id")
        common.output_format(record, self._spoken_format)
        record.agent_id, record.round_trip_seconds = self.agent_id, self._round_trip
        record.conversation, record.session_id = self.conversation, self.session_id
        if self.wants_content and prompt.get("prompt"):
            record.system_content = [{"type": "text", "content": prompt["prompt"]}]
        return record

    def asks(self, settings: Mapping[str, Any]) -> None:
        """The program puts this in the place of the agent's own settings."""
        self._asked = settings
        self.language = (settings.get("agent") or {}).get("language")

    @property
    def _is_written(self) -> bool:
        return bool(self._asked.get("text_only") or (self._asked.get("conversation") or {}).get("text_only"))

    # -- what the program sends ------------------------------------------------------------------------

    def sent(self, message: Any) -> None:
        self._tell_what_was_heard()
        super().sent(message)

    def sending(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "conversation_initiation_client_data":
            self.asks(message.get("conversation_config_override") or {})
        elif kind in ("user_message", "multimodal_message"):
            self._answered()
            self.last_said, self.asked_in_writing, self.asked_ns = None, True, clock.now()
        elif kind == "client_tool_result":
            result = ToolRequest(str(message.get("tool_call_id")))
            result.result = str(message.get("result")) if self.wants_content else None
            self._answered()
            self.results.append(result)
            self.asked_ns = clock.now()

    # -- what the service sends ------------------------------------------------------------------------

    def receives_audio(self, message: Any) -> bool:
        head = beginning(message)
        if '"audio_event"' not in head or not isinstance(message, str):
            return False
        answer = self.answering.get(_ANSWER)
        if answer is None or not answer.record.audible or answer.is_done:
            return False  # it may begin another one
        size, end = base64_size(message, head, '"audio_base_64"')
        event = _EVENT.search(message, end) if end >= 0 else None
        if event is None or int(event[1]) <= self._dropped or _FINAL.search(message, end):
            return False
        self._event = int(event[1])
        answer.sound(size)
        return True

    def message(self, message: Message) -> None:
        self._tell_what_was_heard()
        reader = _READERS.get(str(message.get("type")))
        if reader is not None:
            reader(self, message)

    def metadata(self, message: Message) -> None:
        """The first message: the conversation's id and the formats of its audio."""
        event = message.get("conversation_initiation_metadata_event") or {}
        self.session_id = event.get("conversation_id")
        self._spoken_format = event.get("agent_output_audio_format")
        self.heard_format = event.get("user_input_audio_format")
        heard = Speech("")
        common.output_format(heard, self.heard_format)
        self.hears(heard.audio_format, heard.sample_rate)

    def said_by_user(self, message: Message) -> None:
        """What came before is over: the user has said something."""
        self._answered()
        self.transcribed(message)

    def sound(self, message: Message) -> None:
        """Some of an answer, which it may begin or end."""
        event = message.get("audio_event") or {}
        number, encoded = int(event.get("event_id") or 0), event.get("audio_base_64") or ""
        answer = self.answering.get(_ANSWER)
        if number <= self._dropped or (number == self._event and answer is None):
            return
        if answer is not None and answer.is_done and number != self._event:
            self._answered()
        self._event = number
        self._open().sound(len(encoded) * 3 // 4 - encoded.count("=", -2))
        if event.get("is_final"):
            self.complete(message)

    def words(self, message: Message) -> None:
        """The words of an answer: with its sound, or instead of it."""
        text = (message.get("agent_response_event") or {}).get("agent_response") or ""
        if self._has_text and not self._is_written:
            self._answered()
        answer = self._open()
        if self._is_written:
            if not self._has_text:
                answer.word(text)
            self._answered()
            return
        self._has_text = True
        answer.spoken(text)

    def part(self, message: Message) -> None:
        """A part of the words of an answer in writing; where it is spoken, they come whole, too."""
        part = message.get("text_response_part") or {}
        if self._is_written and part.get("text"):
            self._open().word(part["text"])
            self._has_text = True

    def complete(self, message: Message) -> None:
        """Nothing more comes of the answer; it is told when it was heard."""
        answer = self.answering.get(_ANSWER)
        if answer is not None:
            answer.done(answer.record.last_chunk_ns)

    def corrected(self, message: Message) -> None:
        """What was spoken of an answer before it was cut short."""
        answer = self.answering.get(_ANSWER)
        if answer is None or not answer.is_cut:
            return  # of one that is told already
        event = message.get("agent_response_correction_event") or {}
        answer.corrected(event.get("corrected_agent_response") or "")
        self._answered()

    def interruption(self, message: Message) -> None:
        """The user speaks, and the agent is silent at once; some of what it says may be on the way."""
        self._dropped = int((message.get("interruption_event") or {}).get("event_id") or 0)
        self.onset_ns = self.onset_ns or clock.now()
        answer = self.answering.get(_ANSWER)
        if answer is not None:
            answer.cut(USER_SPEECH)
            answer.done(answer.record.last_chunk_ns)

    def tool_call(self, message: Message) -> None:
        """The agent wants the program to do something, and goes on when it has the result."""
        call = message.get("client_tool_call") or {}
        tool = ToolRequest(str(call.get("tool_call_id")), call.get("tool_name"))
        tool.arguments = str(call.get("parameters")) if self.wants_content else None
        answer = self._open()
        answer.tools.append(tool)
        if not answer.record.audible:
            self._answered()

    def ping(self, message: Message) -> None:
        """The service measures how long a message takes there and back."""
        milliseconds = (message.get("ping_event") or {}).get("ping_ms")
        if not milliseconds:
            return
        self._round_trip = milliseconds / 1000
        answer = self.answering.get(_ANSWER)
        if answer is not None:
            answer.record.round_trip_seconds = self._round_trip

    def error(self, message: Message) -> None:
        """The service cannot go on."""
        event = message.get("error_event") or {}
        kind = str(event.get("error_type") or event.get("code") or "error")
        self.fail(AgentError(event.get("message") or event.get("reason") or kind), kind)

    # -- the answer ------------------------------------------------------------------------------------

    def _open(self) -> Answer:
        """The answer that is under way, begun if there is none."""
        answer = self.answering.get(_ANSWER)
        if answer is not None:
            return answer
        asked, self.asked_ns, self.onset_ns, self._has_text = self.asked_ns, None, None, False
        return self.answers(_ANSWER, asked)

    def _answered(self) -> None:
        """Nothing more comes of the answer that is under way, if one is."""
        answer = self.answering.pop(_ANSWER, None)
        self._has_text = False
        if answer is not None:
            answer.done(answer.record.last_chunk_ns)
            answer.end()

    def _tell_what_was_heard(self) -> None:
        """Not every agent says when it has answered: it has, when it was silent for a while."""
        answer = self.answering.get(_ANSWER)
        if answer is None or not answer.record.audible:
            return
        now = clock.now()
        waited = now - Answer.GRACE_NS
        last = answer.record.last_chunk_ns or now
        is_over = not answer.is_awaited(now) if answer.is_done else last < waited and not answer.is_playing(waited)
        if is_over:
            with self.lock:
                self._answered()

    def drained(self) -> None:
        self._answered()  # what is under way was said before the service hung up
        super().drained()

    def left(self) -> None:
        answer = self.answering.get(_ANSWER)
        if answer is not None and (answer.is_playing(clock.now()) or not answer.record.audible):
            answer.cut(CALLER)
        self.drained()


class AgentOfSDK(Agent):
    """`conversational_ai.conversation.Conversation` and `AsyncConversation`."""

    def opening(self, call: Call) -> bool:
        self.address, self.agent_id = call.argument(0, "ws_url"), call.instance.agent_id
        self.asks(call.instance.config.conversation_config_override)
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        return super().opened(connection._ws)


_READERS: Mapping[str, Any] = {
    "conversation_initiation_metadata": Agent.metadata,
    "user_transcript": Agent.said_by_user,
    "tentative_user_transcript": Agent.transcribing,
    "vad_score": Agent.voice,
    "audio": Agent.sound,
    "agent_response": Agent.words,
    "agent_chat_response_part": Agent.part,
    "agent_response_complete": Agent.complete,
    "agent_response_correction": Agent.corrected,
    "interruption": Agent.interruption,
    "client_tool_call": Agent.tool_call,
    "ping": Agent.ping,
    "error": Agent.error,
}
