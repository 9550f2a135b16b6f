"""The real Deepgram SDK against the simulators, observed by a recording sink."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from otel_voice.capture.install import Installation
from otel_voice.providers.deepgram import PROVIDER
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink

RATE = 16000
CHUNK = RATE * 2 // 50  # 20 ms
QUIET = bytes(RATE * 2)
"""One second without a voice."""
LISTEN = {"model": "nova-3", "language": "en", "encoding": "linear16", "sample_rate": RATE, "smart_format": "true"}


@contextmanager
def observed(sink: RecordingSink) -> Iterator[None]:
    """Every call of the Deepgram SDK is observed inside the block."""
    installation = Installation(PROVIDER, sink)
    installation.install()
    try:
        yield
    finally:
        installation.uninstall()


def environment(simulators: Simulators, directives: str = "first=0") -> Any:
    """Where the SDK finds the simulators; each of its majors names other addresses."""
    from deepgram.environment import DeepgramClientEnvironment

    base = simulators.simulate(quote(directives, safe="=,"))
    socket = base.replace("http", "ws", 1)
    known = {"base": base, "production": socket, "agent": socket, "agent_rest": base, "preview": socket}
    asked = inspect.signature(DeepgramClientEnvironment).parameters
    return DeepgramClientEnvironment(**{name: known[name] for name in asked})


def client(simulators: Simulators, directives: str = "first=0", key: str = "simulated") -> Any:
    """A synchronous client of the simulators."""
    from deepgram import DeepgramClient

    return DeepgramClient(api_key=key, environment=environment(simulators, directives))


def async_client(simulators: Simulators, directives: str = "first=0", key: str = "simulated") -> Any:
    """An asynchronous client of the simulators."""
    from deepgram import AsyncDeepgramClient

    return AsyncDeepgramClient(api_key=key, environment=environment(simulators, directives))


def speech(text: str = "I would like a table for two.") -> bytes:
    """Somebody says this, and is silent for a second."""
    return synthesize(text, RATE) + QUIET


def chunks(audio: bytes) -> list[bytes]:
    """Audio as a microphone would give it, in pieces of 20 ms."""
    return [audio[at : at + CHUNK] for at in range(0, len(audio), CHUNK)]


def wait_for(condition: Any, seconds: float = 10.0) -> None:
    """Return as soon as the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.002)


def control(connection: Any, kind: str, **fields: Any) -> Any:
    """Send a message that is not audio: the methods for it have other names in each major of the SDK."""
    return connection._send({"type": kind, **fields})
