"""The settings of an OpenAI Realtime session, in the words of 2024 and of 2025."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FORMATS = {
    "audio/pcm": ("pcm", 24000),
    "audio/pcmu": ("mulaw", 8000),
    "audio/pcma": ("alaw", 8000),
    "pcm16": ("pcm", 24000),
    "g711_ulaw": ("mulaw", 8000),
    "g711_alaw": ("alaw", 8000),
}
_DEFAULT_FORMAT = _FORMATS["audio/pcm"]
_DEFAULT_PADDING, _DEFAULT_SILENCE = 300, 500


class Settings:
    """What is set in a session now."""

    def __init__(self) -> None:
        self.id: str | None = None
        self.model: str | None = None
        self.voice: str | None = None
        self.instructions: str | None = None
        self.transcription_model: str | None = None
        self.heard_format = self.spoken_format = _DEFAULT_FORMAT
        self.padding = self.silence = 0
        """Milliseconds that the service's detection of voices puts before and after what is said."""

    def read(self, session: Mapping[str, Any]) -> None:
        """Read the session as the service tells it."""
        self.id = session.get("id") or self.id
        self.model = self.model or session.get("model")
        self.instructions = session.get("instructions") or self.instructions
        audio = session.get("audio") or {}
        heard, spoken = audio.get("input") or {}, audio.get("output") or {}
        voice = spoken.get("voice") or session.get("voice")
        self.voice = voice.get("id") if isinstance(voice, Mapping) else voice
        self.heard_format = _format(heard.get("format") or session.get("input_audio_format"))
        self.spoken_format = _format(spoken.get("format") or session.get("output_audio_format"))
        transcription = heard.get("transcription") or session.get("input_audio_transcription") or {}
        self.transcription_model = transcription.get("model")
        self._detection(heard.get("turn_detection") or session.get("turn_detection") or {})

    def _detection(self, detection: Mapping[str, Any]) -> None:
        by_silence = detection.get("type") == "server_vad"
        self.padding = detection.get("prefix_padding_ms", _DEFAULT_PADDING) if by_silence else 0
        self.silence = detection.get("silence_duration_ms", _DEFAULT_SILENCE) if by_silence else 0


def _format(given: Any) -> tuple[str, int]:
    kind = given.get("type") if isinstance(given, Mapping) else given
    return _FORMATS.get(str(kind), _DEFAULT_FORMAT)
