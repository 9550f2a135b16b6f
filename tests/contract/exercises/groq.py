"""Groq: chat completions plain, streamed and raw; speech whole and in pieces; transcriptions and translations."""

from __future__ import annotations

from typing import Any

from groq import AsyncGroq, DefaultAsyncHttpxClient, DefaultHttpxClient, Groq

from tests.contract.exercises import SECRET, Exercise, Managed, Streamed, Whole

_CHAT: dict[str, Any] = {"model": "llama-3.3-70b-versatile", "messages": [{"role": "user", "content": SECRET}]}
_SPEECH: dict[str, Any] = {"model": "playai-tts", "voice": "Fritz-PlayAI", "input": SECRET, "response_format": "wav"}
_RECORDING: dict[str, Any] = {"model": "whisper-large-v3", "file": ("caller.raw", b"\1\2" * 16000)}


def client(colour: str, base: str, timeout: float) -> Any:
    """A client for the simulators; `colour` is "" or "Async"."""
    kind, http = (AsyncGroq, DefaultAsyncHttpxClient) if colour else (Groq, DefaultHttpxClient)
    # Without certificates, which take longer to load than a call takes.
    plain = http(timeout=timeout, verify=False)
    return kind(api_key="simulated", base_url=f"{base}/groq", timeout=timeout, max_retries=0, http_client=plain)


def _chat(colour: str) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).chat.completions.create(**_CHAT)

    def streamed(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).chat.completions.create(**_CHAT, stream=True)

    def raw(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).chat.completions.with_raw_response.create(**_CHAT)

    point = f"groq.resources.chat.completions:{colour}Completions.create"
    return [
        Whole(point, plain),
        Streamed(point, streamed),
        Whole(point, raw, lambda answer: [answer.http_response.json()]),
    ]


def _audio(colour: str) -> list[Exercise]:
    def spoken(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).audio.speech.create(**_SPEECH)

    def in_pieces(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).audio.speech.with_streaming_response.create(**_SPEECH)

    def transcribed(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).audio.transcriptions.create(**_RECORDING)

    def translated(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).audio.translations.create(**_RECORDING)

    def point(name: str) -> str:
        return f"groq.resources.audio.{name.lower()}:{colour}{name}.create"

    return [
        Whole(point("Speech"), spoken, lambda answer: [answer.http_response.content]),
        Managed(point("Speech"), in_pieces, lambda answer: answer.iter_bytes()),
        Whole(point("Transcriptions"), transcribed),
        Whole(point("Translations"), translated),
    ]


EXERCISES = [exercise for colour in ("", "Async") for exercise in (*_chat(colour), *_audio(colour))]
UNREACHABLE = {"groq._streaming:AsyncStream.__aiter__": "no call of its own: every asynchronous stream goes through it"}
