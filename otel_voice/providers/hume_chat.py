"""Hume's Empathic Voice Interface, /v0/evi/chat: what the user says, and what the agent answers.

The service tells what was said once it has understood it, and between which moments of the audio. How long its own
sound plays is not known: each piece is a file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import RealtimeResponse, SpeechToText, ToolRequest
from otel_voice.providers import reading
from otel_voice.providers.hume_speak_socket import HumeError
from otel_voice.providers.reading import member
from otel_voice.providers.realtime import USER_SPEECH, Realtime, base64_size, beginning
from otel_voice.providers.realtime_answer import Answer

Message = Mapping[str, Any]

_USER, _ANSWER = "user", "answer"
_TAIL = 96
"""Letters at the end of a message; its type may stand behind its data."""


class Chat(Realtime):
    """Reads one connection to /v0/evi/chat."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._config: str | None = None
        self._voice: str | None = None
        self._prompt: str | None = None
        self._heard_format: tuple[str | None, int | None] = (None, None)
        self._asked_ns: int | None = None

    def opening(self, call: Call) -> bool:
        raw = getattr(call.instance, "_raw_client", call.instance)
        self.address = raw._client_wrapper.get_environment().evi
        self._config = reading.given(call.kwargs, "config_id", str)
        self._settings(call.kwargs.get("session_settings"))
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.connected()
        return connection._websocket

    def new_record(self) -> RealtimeResponse:
        record = RealtimeResponse("hume")
        self._shared(record)
        record.agent_id, record.voice, record.audio_format = self._config, self._voice, "wav"
        if self.wants_content and self._prompt:
            record.system_content = [{"type": "text", "content": self._prompt}]
        return record

    def new_utterance(self) -> SpeechToText:
        record = SpeechToText("hume")
        self._shared(record)
        record.audio_format, record.sample_rate = self._heard_format
        return record

    def _shared(self, record: RealtimeResponse | SpeechToText) -> None:
        self.filled(record)
        record.conversation, record.session_id = self.conversation, self.session_id

    def _settings(self, settings: Any) -> None:
        """What the program sets, when it connects or later: an object or a message."""
        audio = member(settings, "audio")
        if audio is not None:
            self._heard_format = member(audio, "encoding"), reading.integer(member(audio, "sample_rate"))
            self.hears(*self._heard_format)
        self._voice = member(settings, "voice_id") or self._voice
        self._prompt = member(settings, "system_prompt") or self._prompt

    # -- what the program sends ------------------------------------------------------------------------

    def sends_audio(self, message: Any) -> bool:
        size = _sound(message, '"audio_input"')
        if size is None:
            return False
        self.audio.add(size)
        return True

    def sending(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "session_settings":
            self._settings(message)
        elif kind == "user_input":
            self.finish(_ANSWER)
            self.last_said, self.asked_in_writing, self._asked_ns = None, True, clock.now()
        elif kind in ("tool_response", "tool_error"):
            result = ToolRequest(str(message.get("tool_call_id")), message.get("tool_name"))
            result.result = str(message.get("content")) if self.wants_content else None
            self.finish(_ANSWER)
            self.results.append(result)
            self._asked_ns = clock.now()

    # -- what the service sends ------------------------------------------------------------------------

    def receives_audio(self, message: Any) -> bool:
        size = _sound(message, '"audio_output"')
        if size is None:
            return False
        answer = self.answering.get(_ANSWER)
        if answer is None:
            with self.lock:
                answer = self._open()
        answer.sound(size)
        return True

    def message(self, message: Message) -> None:
        reader = _READERS.get(str(message.get("type")))
        if reader is not None:
            reader(self, message)

    def metadata(self, message: Message) -> None:
        """The first message: the ids of the chat."""
        self.session_id = message.get("chat_id")
        self.request_id = message.get("request_id")

    def user(self, message: Message) -> None:
        """What the user said, so far or altogether; what they put in writing is known already."""
        if message.get("from_text"):
            return
        time, text = message.get("time") or {}, (message.get("message") or {}).get("content") or ""
        said = self.said.get(_USER) or self.speaks(_USER, self._moment(time.get("begin")))
        said.record.language = message.get("language") or said.record.language
        if message.get("interim"):
            said.partial("")  # each holds the whole, and the last one counts
            return
        ended = self._moment(time.get("end"))
        if ended is not None:
            said.silent(ended, "word_offsets")
        del self.said[_USER]
        said.transcript(text)
        self._asked_ns = said.record.speech_ended_ns

    def interruption(self, message: Message) -> None:
        """The user speaks, and the agent is silent."""
        for answer in self.answering.values():
            answer.cut(USER_SPEECH)
        self.finish(_ANSWER)
        self.release()

    def words(self, message: Message) -> None:
        """Some of an answer's words."""
        if not message.get("from_text"):
            self._open().spoken((message.get("message") or {}).get("content") or "")

    def tool_call(self, message: Message) -> None:
        """The agent wants something to be done, and goes on when it has the result."""
        if not message.get("response_required"):
            return
        tool = ToolRequest(str(message.get("tool_call_id")), message.get("name"))
        tool.arguments = str(message.get("parameters")) if self.wants_content else None
        answer = self._open()
        answer.tools.append(tool)
        if not answer.record.audible:
            self.finish(_ANSWER)

    def complete(self, message: Message) -> None:
        """All of an answer has come."""
        self.finish(_ANSWER)

    def error(self, message: Message) -> None:
        """The service cannot go on."""
        kind = str(message.get("slug") or message.get("code") or "error")
        self.fail(HumeError(str(message.get("message") or kind)), kind)

    def _moment(self, milliseconds: Any) -> int | None:
        return self.moment(milliseconds / 1000) if isinstance(milliseconds, int | float) else None

    def _open(self) -> Answer:
        """The answer that is under way, begun if there is none."""
        answer = self.answering.get(_ANSWER)
        if answer is not None:
            return answer
        asked, self._asked_ns = self._asked_ns, None
        return self.answers(_ANSWER, asked)


def _sound(message: Any, kind: str) -> int | None:
    """Bytes of audio in a message; None when it is about something else."""
    if isinstance(message, bytes):
        return len(message)
    head = beginning(message)
    if '"data"' not in head or (kind not in head and kind not in message[-_TAIL:]):
        return None
    size, end = base64_size(message, head, '"data"')
    return size if end >= 0 else None


_READERS: Mapping[str, Any] = {
    "chat_metadata": Chat.metadata,
    "user_message": Chat.user,
    "user_interruption": Chat.interruption,
    "assistant_message": Chat.words,
    "assistant_end": Chat.complete,
    "tool_call": Chat.tool_call,
    "error": Chat.error,
}
