"""The real OpenAI SDK against the simulators, observed by a recording sink, in both colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from inspect import isawaitable
from typing import Any
from urllib.parse import quote

from otel_voice.capture.install import Installation
from otel_voice.providers.openai import PROVIDER
from otel_voice.simulators.audio import synthesize, wav
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink

COLOURS = ("", "Async")
MODEL = "gpt-4o-mini"
DATED = "gpt-4o-mini-2024-07-18"
MESSAGES = [{"role": "user", "content": "Hello there"}]
BOOKING = {
    "name": "book_appointment",
    "description": "Book an appointment",
    "parameters": {"type": "object", "properties": {"day": {"type": "string"}}},
}
RECORDING = ("caller.wav", wav(synthesize("hello there", 16000), 16000))


@contextmanager
def observed(sink: RecordingSink) -> Iterator[RecordingSink]:
    """Every call of the OpenAI SDK is observed inside the block."""
    installation = Installation(PROVIDER, sink)
    installation.install()
    try:
        yield sink
    finally:
        installation.uninstall()


def address(simulators: Simulators, directives: str = "") -> str:
    """The address whose answers come at once, and as directed."""
    said = ",".join(filter(None, ("first=0,interval=0", directives)))
    return simulators.simulate(quote(said, safe="=,"))


def client(colour: str, simulators: Simulators, directives: str = "", **options: Any) -> Any:
    """A client of the simulators that does not repeat what failed."""
    import openai

    # Without certificates, which take longer to load than a call takes.
    http = getattr(openai, f"Default{colour}HttpxClient")(verify=False)
    asked = {"base_url": f"{address(simulators, directives)}/v1", "api_key": "simulated", **options}
    return getattr(openai, f"{colour}OpenAI")(max_retries=0, http_client=http, **asked)


def azure(colour: str, simulators: Simulators, **options: Any) -> Any:
    """A client of the simulators' Azure paths."""
    import openai

    http = getattr(openai, f"Default{colour}HttpxClient")(verify=False)
    asked = {"azure_endpoint": address(simulators), "api_version": "2025-03-01-preview", "api_key": "simulated"}
    return getattr(openai, f"{colour}AzureOpenAI")(max_retries=0, http_client=http, **asked, **options)


async def settled(value: Any) -> Any:
    """The value, awaited where it must be."""
    return await value if isawaitable(value) else value


async def items(iterated: Any) -> list[Any]:
    """All that an iterator of either colour gives."""
    iterated = await settled(iterated)
    if hasattr(iterated, "__aiter__"):
        return [item async for item in iterated]
    return list(iterated)


def entered(manager: Any) -> AbstractAsyncContextManager[Any]:
    """A context manager of either colour, as an asynchronous one."""
    return manager if hasattr(manager, "__aenter__") else _entered(manager)


@asynccontextmanager
async def _entered(manager: Any) -> Any:
    with manager as value:
        yield value
