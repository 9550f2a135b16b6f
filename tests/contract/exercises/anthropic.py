"""Anthropic messages: plain, streamed, raw, through the helper, and of the beta."""

from __future__ import annotations

from typing import Any

from anthropic import Anthropic, AsyncAnthropic, DefaultAsyncHttpxClient, DefaultHttpxClient

from tests.contract.exercises import SECRET, Exercise, Managed, Streamed, Whole

_CLIENT = "anthropic._base_client:{}APIClient.{}"
_REQUEST: dict[str, Any] = {
    "model": "claude-haiku-4-5",
    "max_tokens": 200,
    "messages": [{"role": "user", "content": SECRET}],
}


def client(colour: str, base: str, timeout: float) -> Any:
    """A client for the simulators; `colour` is "" or "Async"."""
    kind, http = (AsyncAnthropic, DefaultAsyncHttpxClient) if colour else (Anthropic, DefaultHttpxClient)
    # Without certificates, which take longer to load than a call takes.
    plain = http(timeout=timeout, verify=False)
    return kind(api_key="simulated", base_url=base, timeout=timeout, max_retries=0, http_client=plain)


def _exercises(colour: str) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).messages.create(**_REQUEST)

    def streamed(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).messages.create(**_REQUEST, stream=True)

    def raw(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).messages.with_raw_response.create(**_REQUEST)

    def helped(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).messages.stream(**_REQUEST)

    def beta(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).beta.messages.create(**_REQUEST)

    point = _CLIENT.format(colour or "Sync", "request")
    return [
        Whole(point, plain),
        Streamed(point, streamed),
        Whole(point, raw, lambda answer: [answer.http_response.json()]),
        Managed(point, helped),
        Whole(point, beta),
    ]


EXERCISES = [*_exercises(""), *_exercises("Async")]
UNREACHABLE = {
    _CLIENT.format(colour, "_request"): "no call of its own: the SDK calls it inside of every request it tells of"
    for colour in ("Sync", "Async")
}
