"""OpenAI chat completions: plain, streamed and raw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultHttpxClient, OpenAI

from tests.contract.exercises import SECRET, Streamed, Whole

_CHAT = "openai.resources.chat.completions.completions:{}Completions.create"
_REQUEST = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": SECRET}]}


def client(colour: str, base: str, timeout: float) -> Any:
    """A client for the simulators; `colour` is "" or "Async"."""
    kind, http = (AsyncOpenAI, DefaultAsyncHttpxClient) if colour else (OpenAI, DefaultHttpxClient)
    # Without certificates, which take longer to load than a call takes.
    plain = http(timeout=timeout, verify=False)
    return kind(api_key="simulated", base_url=f"{base}/v1", timeout=timeout, max_retries=0, http_client=plain)


def _whole(colour: str) -> Callable[[str, float], Any]:
    def plain(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).chat.completions.create(**_REQUEST)

    return plain


def _streamed(colour: str) -> Callable[[str, float], Any]:
    def streamed(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).chat.completions.create(**_REQUEST, stream=True)

    return streamed


def _raw(colour: str) -> Callable[[str, float], Any]:
    def raw(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).chat.completions.with_raw_response.create(**_REQUEST)

    return raw


EXERCISES = [
    exercise
    for colour in ("", "Async")
    for exercise in (
        Whole(_CHAT.format(colour), _whole(colour)),
        Streamed(_CHAT.format(colour), _streamed(colour)),
        Whole(_CHAT.format(colour), _raw(colour), lambda raw: [raw.parse()]),
    )
]
UNREACHABLE = {
    "openai._streaming:AsyncStream.__aiter__": "no call of its own: every asynchronous stream goes through it"
}
