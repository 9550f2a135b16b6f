"""The real Ollama SDK against the simulators, observed, in both colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ollama

from otel_voice.capture.install import Installation
from otel_voice.providers.ollama import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.providers.openai_calls import MESSAGES, address, items, settled

MODEL = "llama3.2"
SURFACES: dict[str, dict[str, Any]] = {"chat": {"messages": MESSAGES}, "generate": {"prompt": "Hello there"}}


@contextmanager
def observed(sink: Any) -> Iterator[Any]:
    """Every call of the Ollama SDK is observed inside the block."""
    installation = Installation(PROVIDER, sink)
    installation.install()
    try:
        yield sink
    finally:
        installation.uninstall()


def client(colour: str, base: str, seconds: float = 10.0) -> Any:
    """A client of the server at `base`; `colour` is "" or "Async"."""
    # Without certificates, which take longer to load than a call takes.
    return getattr(ollama, f"{colour}Client")(base, timeout=seconds, verify=False)


async def whole(simulators: Simulators, colour: str, surface: str, directives: str = "", **asked: Any) -> Any:
    """A whole answer."""
    made = client(colour, address(simulators, directives))
    return await settled(getattr(made, surface)(**{"model": MODEL, **SURFACES[surface], **asked}))


async def streamed(simulators: Simulators, colour: str, surface: str, directives: str = "", **asked: Any) -> list[Any]:
    """All parts of a streamed answer."""
    made = client(colour, address(simulators, directives))
    return await items(getattr(made, surface)(**{"model": MODEL, **SURFACES[surface], **asked}, stream=True))
