"""OpenAI Realtime: what the user says, by the service's own detection of voices or by the program's word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import RealtimeResponse, SpeechToText
from otel_voice.providers.openai_realtime_session import Settings
from otel_voice.providers.realtime import CALLER, PROVIDER_EVENT, Realtime, base64_size, beginning
from otel_voice.providers.realtime_said import Said

Message = Mapping[str, Any]


class OpenAIHearing(Realtime):
    """Reads the half of the messages that is about the user."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.provider = "openai"
        self.settings = Settings()
        self._buffered_ns: int | None = None
        """When the first audio of the open buffer was sent."""
        self._committed_ns: int | None = None

    def new_utterance(self) -> SpeechToText:
        record = SpeechToText(self.provider)
        self.shared(record)
        record.request_model = self.settings.transcription_model
        return record

    def shared(self, record: RealtimeResponse | SpeechToText) -> None:
        """Add to a record what every operation of this connection has in common."""
        self.filled(record)
        record.conversation, record.session_id = self.conversation, self.session_id

    def sends_audio(self, message: Any) -> bool:
        head = beginning(message)
        if "input_audio_buffer.append" not in head:
            return False
        size, end = base64_size(message, head, '"audio"')
        if end < 0:
            return False
        self.hears_audio(size)
        return True

    def hears_audio(self, size: int) -> None:
        """The program sent so much of the user's audio. This is the hot path."""
        if self._buffered_ns is None:
            self._buffered_ns = clock.now()
        self.audio.add(size)

    def commits(self) -> None:
        """The program says that the user is done."""
        self._committed_ns = clock.now()

    def speech_started(self, message: Message) -> None:
        """The service hears a voice; the audio it takes begins some time before that."""
        began = message.get("audio_start_ms") or 0
        at = began + self.settings.padding if began else 0  # what was said at once has nothing before it
        self.speaks(str(message.get("item_id")), self.moment(at / 1000)).offset = at

    def speech_stopped(self, message: Message) -> None:
        """The service heard nothing for so long that the user is done."""
        said = self.said.get(str(message.get("item_id")))
        if said is None:
            return
        at = (message.get("audio_end_ms") or 0) - self.settings.silence
        said.record.audio_seconds = max(at - said.offset, 0) / 1000
        said.silent(self.moment(at / 1000) or clock.now(), PROVIDER_EVENT)
        self._untranscribed(message, said)

    def committed(self, message: Message) -> None:
        """What the user said has become an item; a program that asks for it says that the user is done."""
        key, began, ended = str(message.get("item_id")), self._buffered_ns, self._committed_ns
        self._buffered_ns = self._committed_ns = None
        if ended is None:
            return
        said = self.said.get(key) or self.speaks(key, began)
        if said.record.speech_ended_ns is None:
            said.silent(ended, CALLER)
            self._untranscribed(message, said)

    def _untranscribed(self, message: Message, said: Said) -> None:
        if self.settings.transcription_model is None:
            del self.said[str(message.get("item_id"))]
            said.complete()

    def cleared(self, message: Message) -> None:
        """What the user said so far is thrown away."""
        self._buffered_ns = None
        for key in [key for key, said in self.said.items() if said.record.speech_ended_ns is None]:
            self.said.pop(key).leave()

    def transcribing(self, message: Message) -> None:
        """A part of a transcript."""
        said = self.said.get(str(message.get("item_id")))
        if said is not None and message.get("delta"):
            said.partial(message["delta"])

    def transcribed(self, message: Message) -> None:
        """A whole transcript."""
        said = self.said.pop(str(message.get("item_id")), None)
        if said is None:
            return
        usage = message.get("usage") or {}
        record = said.record
        record.input_tokens, record.output_tokens = usage.get("input_tokens"), usage.get("output_tokens")
        if usage.get("seconds") is not None:
            record.audio_seconds = float(usage["seconds"])
        said.transcript(message.get("transcript") or "")

    def not_transcribed(self, message: Message) -> None:
        """There is no transcript; the model heard the user nevertheless."""
        said = self.said.pop(str(message.get("item_id")), None)
        if said is not None:
            said.fail(None, error_type(message.get("error")))


def error_type(error: Any) -> str:
    """The service's own word for a failure."""
    error = error or {}
    return str(error.get("code") or error.get("type") or "failed")
