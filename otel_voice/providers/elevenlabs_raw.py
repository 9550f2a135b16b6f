"""ElevenLabs' stream-input websockets without its SDK: one synthesis on a connection, or one for each context."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation.audio import decoded_size
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import elevenlabs_common as common
from otel_voice.providers.connection import Connection, parsed
from otel_voice.providers.raw import query_of
from otel_voice.providers.synthesis import Synthesis

_DEFAULT_FORMAT = "mp3_44100_128"
_ONLY = ""  # the context of a connection that has one


class ElevenLabsError(Exception):
    """An error that ElevenLabs sent as a message."""


class Speaking(Connection):
    """/v1/text-to-speech/{voice_id}/stream-input and multi-stream-input."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._asked: Mapping[str, str] = {}
        self._contexts: dict[str, Synthesis] = {}

    def opening(self, call: Call) -> bool:
        self.address = call.args[0]
        self._asked = query_of(call.args[0])
        self._voice = urlsplit(call.args[0]).path.split("/")[-2]
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        return connection

    def new_record(self) -> TextToSpeech:
        record = TextToSpeech("elevenlabs")
        record.request_model = self._asked.get("model_id")
        record.language = self._asked.get("language_code")
        record.voice = self._voice
        common.output_format(record, self._asked.get("output_format", _DEFAULT_FORMAT))
        self.filled(record)
        return record

    def sent(self, message: Any) -> None:
        said = parsed(message)
        context = _context(said)
        with self.lock:
            if self.over:
                return
            if said.get("close_context") or said.get("close_socket"):
                return  # what was said before is still spoken
            text = said.get("text")
            if text and str(text).strip():
                self._speak(context, str(text))

    def received(self, message: Any) -> None:
        super().received(message if isinstance(message, str) else message.decode())

    def message(self, message: Mapping[str, Any]) -> None:
        context = _context(message)
        synthesis = self._contexts.get(context)
        audio = message.get("audio")
        if audio and synthesis is not None and synthesis.audio(decoded_size(audio)):
            synthesis.listen(base64.b64decode(audio))
        if message.get("isFinal") or message.get("is_final"):
            self._contexts.pop(context, None)
            if synthesis is not None:
                synthesis.complete()
        elif message.get("error"):
            self.fail(ElevenLabsError(message.get("message") or message["error"]), str(message["error"]))

    def drained(self) -> None:
        """The service says no more than what it was asked for, and closes a connection that has one context."""
        while self._contexts:
            self._contexts.popitem()[1].complete()

    def left(self) -> None:
        while self._contexts:
            self._contexts.popitem()[1].interrupt()

    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        failed = bool(self._contexts)
        while self._contexts:
            self._contexts.popitem()[1].fail(error, error_type)
        return failed

    def _speak(self, context: str, text: str) -> None:
        synthesis = self._contexts.get(context)
        if synthesis is None:
            synthesis = self._contexts[context] = Synthesis(self.new_record(), self.sink)
        synthesis.speak(text, self.wants_content)


def _context(message: Mapping[str, Any]) -> str:
    return str(message.get("context_id") or message.get("contextId") or _ONLY)
