"""What one streamed chunk costs, without the SDK's own work on it.

To make a chunk of an event the SDK spends some 770,000 instructions; a thousand more or less would drown in them. So
the chunk is made once and given again and again, through the SDK's own stream, bare and as otel_voice leaves it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from openai import AsyncStream, Stream
from openai.types.chat import ChatCompletionChunk

from benchmarks import subjects
from otel_voice.capture.ends import Ends
from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Abandonment, Running

CHUNK = ChatCompletionChunk.model_validate_json(subjects.chunk().removeprefix(b"data: "))


def chat_chunks(times: int) -> None:
    """Read so many chunks of a synchronous stream."""
    stream = _stream(Stream, _chunks(times))
    for _ in stream:
        pass


def achat_chunks(times: int) -> None:
    """The same, asynchronous."""

    async def read() -> None:
        stream = _stream(AsyncStream, _achunks(times))
        async for _ in stream:
            pass

    asyncio.run(read())


def _chunks(times: int) -> Iterator[Any]:
    for _ in range(times):
        yield CHUNK


async def _achunks(times: int) -> AsyncIterator[Any]:
    for _ in range(times):
        yield CHUNK


def _stream(kind: type, items: Any) -> Any:
    stream = kind.__new__(kind)
    stream._iterator = items
    if subjects.is_instrumented():
        _follow(stream)
    return stream


def _follow(stream: Any) -> None:
    """What happens to a stream that `create` returns."""
    from otel_voice.providers.openai_chat import Chat
    from otel_voice.runtime import runtime

    observer = Chat(False)
    record = observer.request(Call(subjects.client().chat.completions, (), {"model": "m", "stream": True}))
    running = Running(record, runtime().recorder(runtime().telemetry()), observer)
    Ends(stream, "_iterator").begin(running, observer, Abandonment(running))
