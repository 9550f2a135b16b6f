"""The real AssemblyAI SDK against the simulators, observed by a recording sink."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import quote

import pytest

from otel_voice.providers.assemblyai import PROVIDER
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import websocket
from tests.contract.exercises.assemblyai import ONE
from tests.contract.matrix import observing

RATE = 16000
CHUNK = RATE * 2 // 20  # 50 ms, the shortest piece that the service takes
from_one = pytest.mark.skipif(not ONE, reason="from 1 on")


@contextmanager
def _plainly() -> Iterator[None]:
    """Before 1 the SDK speaks to its service over TLS only."""
    if ONE:
        yield
        return
    from assemblyai.streaming.v3 import client

    connect = client.websocket_connect

    def plain(uri: str, **options: Any) -> Any:
        return connect(uri.replace("wss://", "ws://"), **options)

    with mock.patch.object(client, "websocket_connect", plain):
        yield


@contextmanager
def observed(wants_content: bool = False) -> Iterator[RecordingSink]:
    """Every call of the AssemblyAI SDK is observed inside the block."""
    with _plainly(), observing(PROVIDER, RecordingSink(wants_content)) as sink:
        yield sink


def base(simulators: Simulators, directives: str) -> str:
    """The address of the simulators with directives in it."""
    return simulators.simulate(quote(directives, safe="=,"))


def options(simulators: Simulators, directives: str, key: str) -> Any:
    """Where a streaming client finds the simulators."""
    from assemblyai.streaming.v3 import StreamingClientOptions

    host = websocket(base(simulators, directives))
    return StreamingClientOptions(api_host=host if ONE else host.removeprefix("ws://"), api_key=key)


def client(simulators: Simulators, directives: str, key: str = "simulated") -> Any:
    """A streaming client, whose callbacks run on a thread of its own."""
    from assemblyai.streaming.v3 import StreamingClient

    return StreamingClient(options(simulators, directives, key))


def parameters(**asked: Any) -> Any:
    """What a streaming client asks for."""
    from assemblyai.streaming.v3 import StreamingParameters

    return StreamingParameters(sample_rate=RATE, **asked)


def speech(text: str = "I would like a table for two.") -> bytes:
    """Somebody says this, and is silent for a second."""
    return synthesize(text, RATE) + bytes(RATE * 2)


def chunks(audio: bytes) -> list[bytes]:
    """Audio as a microphone would give it."""
    return [audio[at : at + CHUNK] for at in range(0, len(audio), CHUNK)]
