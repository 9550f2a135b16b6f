"""The real SDKs of AWS against the simulators, observed by a recording sink: botocore, and aiobotocore as "Async"."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any

from otel_voice.capture.install import Installation
from otel_voice.capture.points import Provider
from otel_voice.providers.aiobotocore import PROVIDER as AIOBOTOCORE
from otel_voice.providers.botocore import PROVIDER as BOTOCORE
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import address, settled

PROVIDERS: dict[str, Provider] = {"": BOTOCORE, "Async": AIOBOTOCORE}
COLOURS = [colour for colour, provider in PROVIDERS.items() if importlib.util.find_spec(provider.package)]
"""The two pin each other, so an environment may have only one."""

MODEL = "anthropic.claude-haiku-4-5-20251001-v1:0"
MESSAGES = [{"role": "user", "content": [{"text": "Hello there"}]}]
REQUEST: dict[str, Any] = {"modelId": MODEL, "messages": MESSAGES, "inferenceConfig": {"maxTokens": 50}}
TEXT = "Hello, how can I help?"
SPEECH: dict[str, Any] = {"Text": TEXT, "VoiceId": "Ruth", "Engine": "generative", "OutputFormat": "pcm"}
BOOKING = {
    "toolSpec": {
        "name": "book_appointment",
        "description": "Book an appointment",
        "inputSchema": {"json": {"type": "object", "properties": {"day": {"type": "string"}}}},
    }
}
_KEYS = {"aws_access_key_id": "simulated", "aws_secret_access_key": "simulated", "region_name": "us-east-1"}


@contextmanager
def observed(sink: Any, colour: str) -> Iterator[Any]:
    """Every call of the SDK is observed inside the block."""
    importlib.import_module(PROVIDERS[colour].points[0].module)
    installation = Installation(PROVIDERS[colour], sink)
    installation.install()
    try:
        yield sink
    finally:
        installation.uninstall()


@contextmanager
def recorded(colour: str, wants_content: bool = False) -> Iterator[RecordingSink]:
    """A recording sink that sees every call."""
    with observed(RecordingSink(wants_content), colour) as sink:
        yield sink


@lru_cache
def _session(colour: str) -> Any:
    """One session reads the descriptions of the services once."""
    module = importlib.import_module(f"{'aiobotocore' if colour else 'botocore'}.session")
    return module.get_session()


def create(colour: str, service: str, endpoint: str, timeout: float = 10.0, tries: int = 1, **options: Any) -> Any:
    """A client of either SDK; that of aiobotocore is a context manager."""
    config = importlib.import_module("botocore.config").Config
    if colour:
        config = importlib.import_module("aiobotocore.config").AioConfig
    settings = config(
        read_timeout=timeout,
        connect_timeout=timeout,
        retries={"total_max_attempts": tries, "mode": "standard"},
        ignore_configured_endpoint_urls=True,
        **options,
    )
    return _session(colour).create_client(service, endpoint_url=endpoint, config=settings, **_KEYS)


@asynccontextmanager
async def client(
    colour: str, service: str, simulators: Simulators, directives: str = "", **options: Any
) -> AsyncIterator[Any]:
    """A client of the simulators that does not repeat what failed."""
    made = create(colour, service, f"{address(simulators, directives)}/aws", **options)
    if colour:
        async with made as entered:
            yield entered
    else:
        yield made
        made.close()


async def converse(made: Any, **asked: Any) -> Any:
    """The answer, whole."""
    return await settled(made.converse(**{**REQUEST, **asked}))


async def stream(made: Any, **asked: Any) -> Any:
    """The stream of an answer."""
    return (await settled(made.converse_stream(**{**REQUEST, **asked})))["stream"]


async def speech(made: Any, **asked: Any) -> Any:
    """The body of a synthesis."""
    return (await settled(made.synthesize_speech(**{**SPEECH, **asked})))["AudioStream"]
