"""The two vocabularies of OpenAI Realtime: that of the beta of 2024, and that of 2025."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Words:
    """How events and settings are named."""

    audio: str
    transcript: str
    text: str
    added: str
    is_beta: bool

    def session(self, model: str, name: str) -> Json:
        """The session as it is before anybody sets anything."""
        if self.is_beta:
            return {
                "id": f"sess_{name[:21]}",
                "object": "realtime.session",
                "model": model,
                "modalities": ["audio", "text"],
                "voice": "alloy",
                "input_audio_format": "pcm16",
                "output_audio_format": "pcm16",
                "input_audio_transcription": None,
                "turn_detection": dict(VAD),
                "tools": [],
            }
        return {
            "type": "realtime",
            "id": f"sess_{name[:21]}",
            "object": "realtime.session",
            "model": model,
            "output_modalities": ["audio"],
            "audio": {
                "input": {"format": dict(PCM), "transcription": None, "turn_detection": dict(VAD)},
                "output": {"format": dict(PCM), "voice": "alloy"},
            },
            "tools": [],
        }

    def heard(self, session: Json) -> Json:
        """What is set for the audio of the user."""
        if not self.is_beta:
            found: Json = session["audio"]["input"]
            return found
        return {
            "format": {"type": session["input_audio_format"]},
            "transcription": session["input_audio_transcription"],
            "turn_detection": session["turn_detection"],
        }

    def modalities(self, session: Json) -> list[str]:
        """In what the model answers."""
        return list(session.get("modalities" if self.is_beta else "output_modalities") or [])


VAD: Json = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
    "create_response": True,
    "interrupt_response": True,
}
PCM: Json = {"type": "audio/pcm", "rate": 24000}
BETA = Words("response.audio", "response.audio_transcript", "response.text", "conversation.item.created", True)
GENERAL = Words(
    "response.output_audio",
    "response.output_audio_transcript",
    "response.output_text",
    "conversation.item.added",
    False,
)


def merged(session: Json, given: Json) -> Json:
    """The session with what is given, member by member; a setting that is given as null is taken away."""
    result = dict(session)
    for key, value in given.items():
        before = result.get(key)
        result[key] = merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return result
