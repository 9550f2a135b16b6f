"""AWS by aiobotocore: Bedrock's answers whole and as events, Polly's sound from its body and from what `with` gives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.contract.exercises import Exercise, Managed, Streamed, Whole
from tests.contract.exercises.botocore import CONVERSATION, SPEECH, told
from tests.providers.aws_calls import create

_POINT = "aiobotocore.client:AioBaseClient._make_api_call"


async def _converse(base: str, timeout: float) -> Any:
    async with create("Async", "bedrock-runtime", f"{base}/aws", timeout=timeout) as client:
        return await client.converse(**CONVERSATION)


async def _converse_stream(base: str, timeout: float) -> Any:
    client = await create("Async", "bedrock-runtime", f"{base}/aws", timeout=timeout).__aenter__()
    return (await client.converse_stream(**CONVERSATION))["stream"]


async def _speech(base: str, timeout: float) -> Any:
    client = await create("Async", "polly", f"{base}/aws", timeout=timeout).__aenter__()
    return (await client.synthesize_speech(**SPEECH))["AudioStream"]


@asynccontextmanager
async def _speech_entered(base: str, timeout: float) -> AsyncIterator[Any]:
    async with await _speech(base, timeout) as entered:
        yield entered


def _content(entered: Any) -> Any:
    """Up to aiobotocore 3 entering gives the response of `aiohttp`; later it gives the body itself."""
    content = getattr(entered, "content", None)
    return entered if content is None else content.iter_chunked(1024)


EXERCISES: list[Exercise] = [
    Whole(_POINT, _converse, told),
    Streamed(_POINT, _converse_stream),
    Streamed(_POINT, _speech),
    Managed(_POINT, _speech_entered, _content),
]
