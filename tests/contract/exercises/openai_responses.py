"""OpenAI responses: plain, streamed, raw and parsed."""

from __future__ import annotations

from typing import Any

from tests.contract.exercises import SECRET, Exercise, Managed, Streamed, Whole
from tests.contract.exercises.openai import client

_REQUEST = {"model": "gpt-4.1-mini", "input": SECRET}


def _point(colour: str, method: str) -> str:
    return f"openai.resources.responses.responses:{colour}Responses.{method}"


def _exercises(colour: str) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).responses.create(**_REQUEST)

    def streamed(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).responses.create(**_REQUEST, stream=True)

    def raw(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).responses.with_raw_response.create(**_REQUEST)

    def helped(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).responses.stream(**_REQUEST)

    def parsed(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).responses.parse(**_REQUEST)

    create = _point(colour, "create")
    return [
        Whole(create, plain),
        Streamed(create, streamed),
        Whole(create, raw, lambda answer: [answer.parse()]),
        Managed(create, helped),
        Whole(_point(colour, "parse"), parsed),
    ]


EXERCISES = [*_exercises(""), *_exercises("Async")]
