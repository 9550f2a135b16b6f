"""The real Mistral SDK against the simulators, observed, in both colours and in both of its layouts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from typing import Any

from otel_voice.capture.install import Installation
from otel_voice.providers.mistralai import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.providers.openai_calls import MESSAGES, address, entered, settled

VERSION = tuple(int(number) for number in version("mistralai").split(".")[:2])
MODEL = "mistral-small-latest"
REQUEST: dict[str, Any] = {"model": MODEL, "messages": MESSAGES}


@contextmanager
def observed(sink: Any) -> Iterator[Any]:
    """Every call of the Mistral SDK is observed inside the block."""
    installation = Installation(PROVIDER, sink)
    installation.install()
    try:
        yield sink
    finally:
        installation.uninstall()


def mistral(base: str, seconds: float = 10.0) -> Any:
    """A client of both colours for the server at `base`."""
    transport: Any = import_module("httpx2" if VERSION >= (3, 0) else "httpx")
    sdk: Any = import_module(PROVIDER.package)
    # Without certificates, which take longer to load than a call takes.
    clients = {"client": transport.Client(verify=False), "async_client": transport.AsyncClient(verify=False)}
    return sdk.Mistral(server_url=base, api_key="simulated", timeout_ms=int(seconds * 1000), **clients)


def client(simulators: Simulators, directives: str = "") -> Any:
    """A client of the simulators."""
    return mistral(f"{address(simulators, directives)}/mistral")


def method(made: Any, colour: str, name: str) -> Any:
    """`complete` or `stream` of either colour."""
    return getattr(made.chat, f"{name}_async" if colour else name)


async def completed(made: Any, colour: str, **asked: Any) -> Any:
    """A whole answer."""
    return await settled(method(made, colour, "complete")(**{**REQUEST, **asked}))


async def streamed(made: Any, colour: str, **asked: Any) -> list[Any]:
    """All events of a streamed answer, read as the SDK's documentation does it."""
    stream = await settled(method(made, colour, "stream")(**{**REQUEST, **asked}))
    async with entered(stream) as events:
        return [event async for event in events] if colour else list(events)
