"""Mistral chat completions: whole and streamed, in both of the SDK's layouts."""

from __future__ import annotations

from collections import deque
from typing import Any

from otel_voice.providers.mistralai import PROVIDER
from tests.contract.exercises import SECRET, Exercise, Streamed, Whole
from tests.providers.mistral_calls import VERSION, mistral

_REQUEST: dict[str, Any] = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": SECRET}]}
_CHAT = f"{PROVIDER.package}.chat:Chat"


# A client that was collected closes its connections, also those of a call under way.
_CLIENTS: deque[Any] = deque(maxlen=8)


def _chat(base: str, timeout: float) -> Any:
    _CLIENTS.append(mistral(f"{base}/mistral", timeout))
    return _CLIENTS[-1].chat


class _Left:
    """A stream of an SDK that has no `close`: leaving its block is how a program closes it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Any:
        return iter(self._stream)

    def close(self) -> None:
        self._stream.__exit__(None, None, None)


class _AsyncLeft:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __aiter__(self) -> Any:
        return aiter(self._stream)

    async def aclose(self) -> None:
        await self._stream.__aexit__(None, None, None)


def _exercises(ending: str, left: Any) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return getattr(_chat(base, timeout), f"complete{ending}")(**_REQUEST)

    def streamed(base: str, timeout: float) -> Any:
        return getattr(_chat(base, timeout), f"stream{ending}")(**_REQUEST)

    stream = f"{_CHAT}.stream{ending}"
    found: list[Exercise] = [Whole(f"{_CHAT}.complete{ending}", plain), Streamed(stream, streamed, left)]
    return [*found, Streamed(stream, streamed)] if VERSION >= (3, 0) else found


EXERCISES = [*_exercises("", _Left), *_exercises("_async", _AsyncLeft)]
UNREACHABLE = {
    str(point): "no call of its own: the SDK calls it inside of every request"
    for point in PROVIDER.points
    if "_hooks" in point.module
}
