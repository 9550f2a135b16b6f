"""Ollama's chat, whole and streamed; its other surface goes through the same method."""

from __future__ import annotations

from collections import deque
from typing import Any

from tests.contract.exercises import SECRET, Exercise, Streamed, Whole
from tests.providers.ollama_calls import MODEL, client

_REQUEST: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": SECRET}]}
# A client that was collected closes its connections, also those of a call under way.
_CLIENTS: deque[Any] = deque(maxlen=8)


def _client(colour: str, base: str, timeout: float) -> Any:
    _CLIENTS.append(client(colour, base, timeout))
    return _CLIENTS[-1]


def _exercises(colour: str) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return _client(colour, base, timeout).chat(**_REQUEST)

    def streamed(base: str, timeout: float) -> Any:
        return _client(colour, base, timeout).chat(**_REQUEST, stream=True)

    point = f"ollama._client:{colour}Client._request"
    return [Whole(point, plain), Streamed(point, streamed)]


EXERCISES = [*_exercises(""), *_exercises("Async")]
