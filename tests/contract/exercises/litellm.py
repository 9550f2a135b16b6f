"""LiteLLM's completions, whole and streamed, over the provider's SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from otel_voice.providers.litellm import PROVIDER
from tests.contract.exercises import SECRET, Exercise, Streamed, Whole
from tests.providers.litellm_calls import call, request

_MESSAGES = [{"role": "user", "content": SECRET}]


def _comparable(chunk: Any) -> Any:
    """A chunk without the time of day, and without what LiteLLM measures."""
    chunk.created, chunk._hidden_params = 0, {}
    return chunk


class _Dropped:
    """A stream that has no `close`: letting go of it is how a program leaves it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[Any]:
        while (chunk := next(self._stream, None)) is not None:
            yield _comparable(chunk)

    def close(self) -> None:
        del self._stream


class _Closed:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for chunk in self._stream:
            yield _comparable(chunk)

    async def aclose(self) -> None:
        await self._stream.aclose()


def _exercises(colour: str, name: str, left: Any) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return call(colour, {**request(base, seconds=timeout), "messages": _MESSAGES})

    def streamed(base: str, timeout: float) -> Any:
        return call(colour, {**request(base, seconds=timeout), "messages": _MESSAGES, "stream": True})

    point = f"litellm:{name}"
    return [
        Whole(point, plain, lambda answer: [answer.model_dump(exclude={"created"})]),
        Streamed(point, streamed, left, closes_at_once=False),
    ]


EXERCISES = [*_exercises("", "completion", _Dropped), *_exercises("Async", "acompletion", _Closed)]
UNREACHABLE = {
    str(point): "no call of its own: every stream goes through it"
    for point in PROVIDER.points
    if "streaming_handler" in point.module
}
