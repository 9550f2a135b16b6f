"""OpenAI's audio: speech whole and in pieces, transcriptions whole and as events, translations."""

from __future__ import annotations

from typing import Any

from tests.contract.exercises import SECRET, Exercise, Managed, Streamed, Whole
from tests.contract.exercises.openai import client

_SPEECH = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": SECRET, "response_format": "pcm"}
_RECORDING = ("caller.raw", b"\1\2" * 16000)


def _point(module: str, colour: str, resource: str) -> str:
    return f"openai.resources.audio.{module}:{colour}{resource}.create"


def _speech(colour: str) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).audio.speech.create(**_SPEECH)

    def streamed(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).audio.speech.with_streaming_response.create(**_SPEECH)

    point = _point("speech", colour, "Speech")
    return [
        Whole(point, plain, lambda answer: [answer.content]),
        Managed(point, streamed, lambda answer: answer.iter_bytes()),
    ]


def _listening(colour: str) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        audio = client(colour, base, timeout).audio
        return audio.transcriptions.create(model="whisper-1", file=_RECORDING)

    def streamed(base: str, timeout: float) -> Any:
        audio = client(colour, base, timeout).audio
        return audio.transcriptions.create(model="gpt-4o-transcribe", file=_RECORDING, stream=True)

    def translated(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).audio.translations.create(model="whisper-1", file=_RECORDING)

    transcriptions = _point("transcriptions", colour, "Transcriptions")
    return [
        Whole(transcriptions, plain),
        Streamed(transcriptions, streamed),
        Whole(_point("translations", colour, "Translations"), translated),
    ]


EXERCISES = [exercise for colour in ("", "Async") for exercise in (*_speech(colour), *_listening(colour))]
