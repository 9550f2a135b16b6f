"""The real Anthropic SDK against the simulators, observed by a recording sink, in both colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from otel_voice.capture.install import Installation
from otel_voice.providers.anthropic import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import address, entered, items, settled

MODEL = "claude-haiku-4-5"
DATED = "claude-haiku-4-5-20251001"
MESSAGES = [{"role": "user", "content": "Hello there"}]
REQUEST: dict[str, Any] = {"model": MODEL, "max_tokens": 50, "messages": MESSAGES}
BOOKING = {
    "name": "book_appointment",
    "description": "Book an appointment",
    "input_schema": {"type": "object", "properties": {"day": {"type": "string"}}},
}


@contextmanager
def observed(sink: Any) -> Iterator[Any]:
    """Every call of the Anthropic SDK is observed inside the block."""
    installation = Installation(PROVIDER, sink)
    installation.install()
    try:
        yield sink
    finally:
        installation.uninstall()


def client(colour: str, simulators: Simulators, directives: str = "", kind: str = "", **options: Any) -> Any:
    """A client of the simulators that does not repeat what failed; `kind` is "", "Vertex" or "Bedrock"."""
    import anthropic

    # Without certificates, which take longer to load than a call takes.
    http = getattr(anthropic, f"Default{colour}HttpxClient")(verify=False)
    asked = {"base_url": address(simulators, directives), "max_retries": 0, "http_client": http, **options}
    if not kind:
        asked["api_key"] = "simulated"
    return getattr(anthropic, f"{colour}Anthropic{kind}")(**asked)


async def _whole(made: Any) -> None:
    await settled(made.messages.create(**REQUEST))


async def _streamed(made: Any) -> None:
    await items(made.messages.create(**REQUEST, stream=True))


async def _helped(made: Any) -> None:
    async with entered(made.messages.stream(**REQUEST)) as stream:
        await items(stream)


async def _raw(made: Any) -> None:
    raw = await settled(made.messages.with_raw_response.create(**REQUEST))
    await settled(raw.parse())


async def _raw_stream(made: Any) -> None:
    raw = await settled(made.messages.with_raw_response.create(**REQUEST, stream=True))
    await items(raw.parse())


async def _streamed_response(made: Any) -> None:
    async with entered(made.messages.with_streaming_response.create(**REQUEST)) as response:
        await settled(response.parse())


async def _beta(made: Any) -> None:
    await settled(made.beta.messages.create(**REQUEST))


async def _beta_stream(made: Any) -> None:
    await items(made.beta.messages.create(**REQUEST, stream=True))


WAYS: dict[str, Callable[[Any], Any]] = {
    "whole": _whole,
    "streamed": _streamed,
    "helped": _helped,
    "raw": _raw,
    "raw_stream": _raw_stream,
    "streamed_response": _streamed_response,
    "beta": _beta,
    "beta_stream": _beta_stream,
}
"""Every way the SDK has to ask for a message."""

STREAMS = {"streamed", "helped", "raw_stream", "beta_stream"}


@contextmanager
def recorded(wants_content: bool = False) -> Iterator[RecordingSink]:
    """A recording sink that sees every call."""
    with observed(RecordingSink(wants_content)) as sink:
        yield sink
