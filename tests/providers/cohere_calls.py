"""The real Cohere SDK against the simulators, observed, in both colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cohere
import httpx

from otel_voice.capture.install import Installation
from otel_voice.providers.cohere import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.providers.openai_calls import MESSAGES, address, items, settled

MODEL = "command-a-03-2025"


@contextmanager
def observed(sink: Any) -> Iterator[Any]:
    """Every call of the Cohere SDK is observed inside the block."""
    installation = Installation(PROVIDER, sink)
    installation.install()
    try:
        yield sink
    finally:
        installation.uninstall()


def client(colour: str, base: str, seconds: float = 10.0) -> Any:
    """A client of the server at `base`; `colour` is "" or "Async"."""
    # Without certificates, which take longer to load than a call takes.
    http = getattr(httpx, f"{colour}Client")(timeout=seconds, verify=False)
    return getattr(cohere, f"{colour}ClientV2")("simulated", base_url=base, httpx_client=http, timeout=seconds)


def request(**asked: Any) -> dict[str, Any]:
    """What a program asks; it does not repeat what failed."""
    return {"model": MODEL, "messages": MESSAGES, "request_options": {"max_retries": 0}, **asked}


async def whole(simulators: Simulators, colour: str, directives: str = "", **asked: Any) -> Any:
    """A whole answer."""
    return await settled(client(colour, address(simulators, directives)).chat(**request(**asked)))


async def streamed(simulators: Simulators, colour: str, directives: str = "", **asked: Any) -> list[Any]:
    """All events of a streamed answer."""
    return await items(client(colour, address(simulators, directives)).chat_stream(**request(**asked)))
