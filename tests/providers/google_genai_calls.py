"""The real Google GenAI SDK against the simulators, observed by a recording sink, in both colours."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from inspect import isawaitable
from typing import Any
from urllib.parse import quote

from otel_voice.capture.install import Installation
from otel_voice.providers.google_genai import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink

COLOURS = ("", "Async")
VERSION = tuple(int(number) for number in version("google-genai").split(".")[:2])
MODEL = "gemini-2.5-flash"
SPEECH = {
    "response_modalities": ["AUDIO"],
    "speech_config": {"voice_config": {"prebuilt_voice_config": {"voice_name": "Kore"}}},
}

_kept: deque[Any] = deque(maxlen=8)
"""The last clients made: one that is collected closes its transport, under the resources that are still used."""


@contextmanager
def observed(sink: RecordingSink) -> Iterator[RecordingSink]:
    """Every call of the Google GenAI SDK is observed inside the block."""
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
    """The resources of a client of the simulators, in one colour."""
    return made(colour, address(simulators, directives), **options)


def made(colour: str, base: str, timeout: float = 10.0, retries: int | None = None, **options: Any) -> Any:
    """The same for an address and a time-out; a call is tried so often, or as often as the SDK likes."""
    from google import genai
    from google.genai.types import HttpOptions

    http: dict[str, Any] = {"base_url": base}
    if "client_args" in HttpOptions.model_fields:  # without certificates, which take longer to load than a call takes
        http |= {"client_args": {"verify": False}, "async_client_args": {"ssl": False}}
    if "timeout" in HttpOptions.model_fields:
        http["timeout"] = int(timeout * 1000)
    if retries is not None:
        http["retry_options"] = {"attempts": retries}
    client = genai.Client(**{"api_key": "simulated", "http_options": http, **options})
    _kept.append(client)
    if VERSION < (2, 9):  # it names itself twice in places, for which the simulators' HTTP parser is too strict
        http_options = client._api_client._http_options
        headers = http_options["headers"] if isinstance(http_options, dict) else http_options.headers
        headers.pop("user-agent", None)
    return client.aio if colour else client


async def settled(value: Any) -> Any:
    """The value, awaited where it must be."""
    return await value if isawaitable(value) else value


async def whole(models: Any, **request: Any) -> Any:
    """One answer in one piece."""
    return await settled(models.generate_content(model=MODEL, **request))


async def pieces(colour: str, models: Any, **request: Any) -> list[Any]:
    """One answer in pieces."""
    stream = models.generate_content_stream(model=MODEL, **request)
    return [piece async for piece in await stream] if colour else list(stream)
