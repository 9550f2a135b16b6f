"""ElevenLabs Agents: what the user says, of which the service tells the transcript, and more where it is asked to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import elevenlabs_common as common
from otel_voice.providers.realtime import PROVIDER_EVENT, Realtime, base64_size, beginning

Message = Mapping[str, Any]

_USER = "user"
_VOICED = 0.5
"""A score of the detection of voices from which on somebody speaks more likely than not."""
_PAUSE_NS = 2_000_000_000
"""A voice after so long a silence is another beginning."""


class AgentHearing(Realtime):
    """Reads the half of the messages that is about the user."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.language: str | None = None
        self.heard_format: str | None = None
        self.asked_ns: int | None = None
        """Since when an answer is waited for."""
        self.onset_ns: int | None = None
        """When the user may have begun to speak."""
        self._voice_ns: int | None = None
        """When a voice was heard last."""

    def new_utterance(self) -> SpeechToText:
        record = SpeechToText("elevenlabs")
        self.filled(record)
        common.output_format(record, self.heard_format)
        record.language = self.language
        record.conversation, record.session_id = self.conversation, self.session_id
        return record

    def sends_audio(self, message: Any) -> bool:
        head = beginning(message)
        if '"user_audio_chunk"' not in head:
            return False
        size, end = base64_size(message, head, '"user_audio_chunk"')
        if end < 0:
            return False
        self.audio.add(size)
        return True

    def voice(self, message: Message) -> None:
        """How sure the service is to hear a voice just now."""
        score = (message.get("vad_score_event") or {}).get("vad_score")
        if score is None or score < _VOICED:
            return
        now = clock.now()
        if self.onset_ns is None or (self._voice_ns is not None and now > self._voice_ns + _PAUSE_NS):
            self.onset_ns = now
        self._voice_ns = now

    def transcribing(self, message: Message) -> None:
        """The transcript as it is so far."""
        if (message.get("tentative_user_transcription_event") or {}).get("user_transcript"):
            said = self.said.get(_USER) or self.speaks(_USER, self.onset_ns)
            said.partial("")  # each holds the whole, and the last one counts

    def transcribed(self, message: Message) -> None:
        """The user is done, and this is what they said."""
        said = self.said.get(_USER) or self.speaks(_USER, self.onset_ns)
        if self._voice_ns is not None:
            said.silent(self._voice_ns, PROVIDER_EVENT)
        del self.said[_USER]
        said.transcript((message.get("user_transcription_event") or {}).get("user_transcript") or "")
        self.asked_ns = said.record.speech_ended_ns
        self.onset_ns = self._voice_ns = None
