"""The Groq SDK, 0.25 to 1.x: the table of its patch points.

Groq speaks OpenAI's wire, and its SDK has the same generator, so the observers are OpenAI's, with what Groq adds.
"""

from __future__ import annotations

from typing import Any

from otel_voice.capture.ends import aiteration
from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, call
from otel_voice.observation.records import Operation
from otel_voice.providers import openai_chat, openai_speech, openai_transcription
from otel_voice.providers.reading import member

_NAME = "groq"


class Chat(openai_chat.Chat):
    """Reads one chat completion. What a stream used is told without being asked for, in a corner of Groq's own."""

    provider = _NAME

    def result(self, result: Any) -> None:
        super().result(result)
        _read_request_id(self.record, result)

    def chunk(self, item: Any) -> None:
        super().chunk(item)
        openai_chat.read_usage(self.record, member(getattr(item, "x_groq", None), "usage"))


class Speech(openai_speech.Speech):
    """Reads one synthesis."""

    provider = _NAME
    default_format = None  # the SDK does not say


class Transcription(openai_transcription.Transcription):
    """Reads the transcription of one recording."""

    provider = _NAME

    def result(self, result: Any) -> None:
        super().result(result)
        _read_request_id(self.record, result)


class Translation(openai_transcription.Translation):
    """Reads the translation of one recording into English."""

    provider = _NAME

    def result(self, result: Any) -> None:
        super().result(result)
        _read_request_id(self.record, result)


def _read_request_id(record: Operation, result: Any) -> None:
    """Read the id that Groq's support asks for: the SDK keeps no header of an answer that it parsed."""
    record.request_id = record.request_id or member(getattr(result, "x_groq", None), "id")


_CHAT = "groq.resources.chat.completions"
_SPEECH = "groq.resources.audio.speech"
_TRANSCRIPTIONS = "groq.resources.audio.transcriptions"
_TRANSLATIONS = "groq.resources.audio.translations"

PROVIDER = Provider(
    name=_NAME,
    package="groq",
    distribution="groq",
    since="0.25",
    before="2",
    points=(
        Point("groq._streaming", "AsyncStream.__aiter__", aiteration, Observer),
        Point(_CHAT, "Completions.create", call, Chat),
        Point(_CHAT, "AsyncCompletions.create", async_call, Chat),
        Point(_SPEECH, "Speech.create", call, Speech),
        Point(_SPEECH, "AsyncSpeech.create", async_call, Speech),
        Point(_TRANSCRIPTIONS, "Transcriptions.create", call, Transcription),
        Point(_TRANSCRIPTIONS, "AsyncTranscriptions.create", async_call, Transcription),
        Point(_TRANSLATIONS, "Translations.create", call, Translation),
        Point(_TRANSLATIONS, "AsyncTranslations.create", async_call, Translation),
    ),
    surfaces={
        "chat.completions": "create; plain and streamed",
        "audio.speech": "create; whole and streamed",
        "audio.transcriptions": "create",
        "audio.translations": "create",
    },
)
