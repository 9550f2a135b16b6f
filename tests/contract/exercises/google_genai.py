"""Google GenAI: answers whole and in pieces, in words and in sound, directly and in chats."""

from __future__ import annotations

import warnings
from typing import Any

from tests.contract.exercises import SECRET, Exercise, Streamed, Whole
from tests.providers.google_genai_calls import VERSION, made

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


def _interactions(colour: str) -> list[Exercise]:
    def interaction(base: str, timeout: float) -> Any:
        return _resource(colour, base, timeout).create(**_MODEL, input=SECRET)

    def interaction_streamed(base: str, timeout: float) -> Any:
        return _resource(colour, base, timeout).create(**_MODEL, input=SECRET, stream=True)

    kind = "Interactions" if VERSION >= (2, 9) else "InteractionsResource"
    module = "google.genai._gaos" if VERSION >= (2, 9) else "google.genai._interactions.resources"
    point = f"{module}.interactions:{colour}{kind}.create"
    return [Whole(point, interaction), Streamed(point, interaction_streamed, rewords_errors=VERSION >= (2, 9))]


def _resource(colour: str, base: str, timeout: float) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it is experimental
        return made(colour, base, timeout, retries=1).interactions


EXERCISES = [exercise for colour in ("", "Async") for exercise in _exercises(colour)]
if VERSION >= (1, 55):
    EXERCISES += [exercise for colour in ("", "Async") for exercise in _interactions(colour)]
UNREACHABLE = {
    "google.genai.live:AsyncLive.connect": "a connection is not one operation: driven in "
    "tests/providers/test_google_genai_live*"
}
