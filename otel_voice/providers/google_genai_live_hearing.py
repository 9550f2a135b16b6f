"""Gemini Live: what the user says, by whatever the service or the program tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import Speech
from otel_voice.providers import google_genai_common as common
from otel_voice.providers.google_genai_common import member
from otel_voice.providers.realtime import CALLER, PROVIDER_EVENT, Realtime, base64_size, beginning
from otel_voice.providers.realtime_said import Said

Message = Mapping[str, Any]

_TAIL = 64
"""Letters behind the last sound of a message, with its format."""
_STARTS = ("ACTIVITY_START", "VAD_SIGNAL_TYPE_SOS")
_ENDS = ("ACTIVITY_END", "VAD_SIGNAL_TYPE_EOS")


class LiveHearing(Realtime):
    """Reads the half of the messages that is about the user. One utterance is open at a time."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.transcribes = False
        """Whether the service was asked for a transcript of what the user says."""
        self._number = 0
        self._knows_format = False

    def sends_audio(self, message: Any) -> bool:
        head = beginning(message)
        if not self._knows_format or "realtime" not in head:
            return False
        size, end = base64_size(message, head, '"data"')
        if end < 0 or len(message) - end > _TAIL:
            return False
        # The format stands before the sound or behind it.
        tail = message[end:]
        if '"audio/' not in head and '"audio/' not in (tail if isinstance(tail, str) else tail.decode("latin-1")):
            return False
        self.audio.add(size)
        return True

    def audio_sent(self, given: Message) -> None:
        """Read the audio in an input of the program; the first piece tells the format of all."""
        chunks = [member(given, "audio"), *(member(given, "media_chunks") or ()), member(given, "media")]
        for chunk in chunks:
            kind, data = str(member(chunk or {}, "mime_type")), str(member(chunk or {}, "data") or "")
            if kind.startswith("audio/"):
                if not self._knows_format:
                    self._knows_format = True
                    told = Speech("")
                    common.audio(told, kind)
                    self.hears(told.audio_format, told.sample_rate or 16000)
                self.audio.add(len(data) * 3 // 4 - data.count("=", -2))

    def begins(self, started_ns: int | None) -> Said:
        """The user begins to speak."""
        self.understood()
        self._number += 1
        return self.speaks(str(self._number), started_ns)

    def pressed(self) -> None:
        """The program says that the user is done."""
        said = self._open()
        if said is not None:
            said.silent(clock.now(), CALLER)
            self._untranscribed()

    def heard(self, message: Message) -> bool:
        """Read where the service hears a voice; True when it hears that the user is done."""
        activity = message.get("voiceActivity") or {}
        signal = (message.get("voiceActivityDetectionSignal") or {}).get("vadSignalType")
        kind = activity.get("voiceActivityType") or signal
        at = _moment(self, activity.get("audioOffset"))
        said = self._open()
        if kind in _STARTS and (said is None or said.record.speech_ended_ns is not None):
            self.begins(at)
        if kind in _ENDS and said is not None:
            said.silent(at or clock.now(), PROVIDER_EVENT)
            self._untranscribed()
        return kind in _ENDS

    def transcribed(self, content: Message, answering: bool) -> None:
        """Read a part of the transcript. One that comes during an answer is of what is being answered."""
        given = content.get("inputTranscription") or {}
        if not given:
            return
        said = self._open() or (None if answering else self.begins(None))
        if said is not None and given.get("text"):
            said.partial(given["text"])
            said.record.language = given.get("languageCode") or said.record.language
        if said is not None and given.get("finished"):
            self.understood()

    def fell_silent(self) -> None:
        """The model begins to answer, so that the user is done; when they fell silent only the transcript tells."""
        said = self._open()
        if said is not None and said.record.speech_ended_ns is None and said.record.transcribed_ns is not None:
            said.record.speech_ended_ns = said.record.transcribed_ns
            said.record.speech_end_source = "final_transcript"

    def understood(self) -> None:
        """Nothing more comes of what the user said."""
        while self.said:
            said = self.said.pop(next(iter(self.said)))
            if said.record.transcribed_ns is not None:
                said.transcript()
            else:
                said.complete()

    def _untranscribed(self) -> None:
        if not self.transcribes:
            self.understood()

    def _open(self) -> Said | None:
        return next(reversed(self.said.values()), None)


def _moment(hearing: Realtime, offset: Any) -> int | None:
    """When the audio at an offset such as `1.500s` was sent."""
    try:
        return hearing.moment(float(str(offset).removesuffix("s")))
    except ValueError:
        return None
