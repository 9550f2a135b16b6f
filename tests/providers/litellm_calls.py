"""The real LiteLLM against the simulators, observed, in both colours and over both kinds of route."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Its table of models would come over the network.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

from otel_voice.capture.install import Installation
from otel_voice.providers.litellm import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.providers.openai_calls import MESSAGES, address, settled

ROUTES = {"openai": "gpt-4o-mini", "anthropic": "claude-sonnet-4-5"}
"""One through the provider's SDK, one that LiteLLM asks itself."""

litellm.suppress_debug_info = True
# It would hold each chunk for a while, in another thread.
litellm.disable_streaming_logging = True
# It puts these to what they are by default where they were not set, also without us.
for _name in ("session_id_var", "trace_id_var"):
    if hasattr(litellm._logging, _name):
        getattr(litellm._logging, _name).set("")


@contextmanager
def observed(sink: Any) -> Iterator[Any]:
    """Every call of LiteLLM is observed inside the block."""
    installation = Installation(PROVIDER, sink)
    installation.install()
    try:
        yield sink
    finally:
        installation.uninstall()


def request(base: str, route: str = "openai", seconds: float = 10.0) -> dict[str, Any]:
    """What a program asks of the server at `base`."""
    return {
        "model": f"{route}/{ROUTES[route]}",
        "messages": MESSAGES,
        "api_base": f"{base}/v1" if route == "openai" else base,
        "api_key": "simulated",
        "timeout": seconds,
        "max_retries": 0,
    }


async def completed(simulators: Simulators, colour: str, route: str, directives: str = "", **asked: Any) -> Any:
    """A whole answer."""
    return await settled(call(colour, {**request(address(simulators, directives), route), **asked}))


async def streamed(simulators: Simulators, colour: str, route: str, directives: str = "", **asked: Any) -> list[Any]:
    """All chunks of a streamed answer."""
    stream = await completed(simulators, colour, route, directives, stream=True, **asked)
    return [chunk async for chunk in stream] if colour else list(stream)


def call(colour: str, asked: dict[str, Any]) -> Any:
    """`completion` or `acompletion`."""
    return litellm.acompletion(**asked) if colour else litellm.completion(**asked)
