"""Cohere's chat, whole and streamed."""

from __future__ import annotations

from collections import deque
from typing import Any

from tests.contract.exercises import SECRET, Exercise, Streamed, Whole
from tests.providers.cohere_calls import client, request

_MESSAGES = [{"role": "user", "content": SECRET}]
# A client that was collected closes its connections, also those of a call under way.
_CLIENTS: deque[Any] = deque(maxlen=8)


def _client(colour: str, base: str, timeout: float) -> Any:
    _CLIENTS.append(client(colour, base, timeout))
    return _CLIENTS[-1]


def _exercises(colour: str) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return _client(colour, base, timeout).chat(**request(messages=_MESSAGES))

    def streamed(base: str, timeout: float) -> Any:
        return _client(colour, base, timeout).chat_stream(**request(messages=_MESSAGES))

    point = f"cohere.v2.raw_client:{colour}RawV2Client"
    return [Whole(f"{point}.chat", plain), Streamed(f"{point}.chat_stream", streamed)]


EXERCISES = [*_exercises(""), *_exercises("Async")]
