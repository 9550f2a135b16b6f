"""Google GenAI: answers whole and in pieces, in words and in sound, directly and in chats."""

from __future__ import annotations

from typing import Any

from tests.contract.exercises import SECRET, Exercise, Streamed, Whole
from tests.providers.google_genai_calls import made

_MODEL = {"model": "gemini-2.5-flash"}
_REQUEST = {**_MODEL, "contents": SECRET}
_SPEECH = {**_REQUEST, "config": {"response_modalities": ["AUDIO"]}}


def _point(colour: str, method: str) -> str:
    return f"google.genai.models:{colour}Models._{method}"


def _exercises(colour: str) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return made(colour, base, timeout).models.generate_content(**_REQUEST)

    def streamed(base: str, timeout: float) -> Any:
        return made(colour, base, timeout).models.generate_content_stream(**_REQUEST)

    def spoken(base: str, timeout: float) -> Any:
        return made(colour, base, timeout).models.generate_content_stream(**_SPEECH)

    def chatted(base: str, timeout: float) -> Any:
        return made(colour, base, timeout).chats.create(**_MODEL).send_message(SECRET)

    nested = bool(colour)  # generators within a generator are closed by the event loop, one after the other
    stream = _point(colour, "generate_content_stream")
    return [
        Whole(_point(colour, "generate_content"), plain),
        Whole(_point(colour, "generate_content"), chatted),
        Streamed(stream, streamed, closes_at_once=not nested),
        Streamed(stream, spoken, closes_at_once=not nested),
    ]


EXERCISES = [exercise for colour in ("", "Async") for exercise in _exercises(colour)]
UNREACHABLE = {
    "google.genai.live:AsyncLive.connect": "a connection is not one operation: driven in "
    "tests/providers/test_google_genai_live*"
}
