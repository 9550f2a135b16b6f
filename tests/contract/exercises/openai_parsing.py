"""OpenAI chat completions that are parsed: from 1.92 beside `create`, before that in `beta`."""

from __future__ import annotations

from typing import Any

from openai.resources.chat.completions.completions import Completions

from tests.contract.exercises import SECRET, Exercise, Managed, Whole
from tests.contract.exercises.openai import client

_REQUEST = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": SECRET}]}
_BETA = not hasattr(Completions, "parse")
_PARSED = "openai.resources.beta.chat.completions" if _BETA else "openai.resources.chat.completions.completions"
_CREATED = "openai.resources.chat.completions.completions"


def _completions(colour: str, base: str, timeout: float) -> Any:
    made = client(colour, base, timeout)
    return made.beta.chat.completions if _BETA else made.chat.completions


def _exercises(colour: str) -> list[Exercise]:
    def parsed(base: str, timeout: float) -> Any:
        return _completions(colour, base, timeout).parse(**_REQUEST)

    def helped(base: str, timeout: float) -> Any:
        return _completions(colour, base, timeout).stream(**_REQUEST)

    return [
        Whole(f"{_PARSED}:{colour}Completions.parse", parsed),
        Managed(f"{_CREATED}:{colour}Completions.create", helped),
    ]


EXERCISES = [*_exercises(""), *_exercises("Async")]
