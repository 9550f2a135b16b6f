"""The real Cartesia SDK against the simulators, observed by a recording sink."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest

from otel_voice.providers.cartesia import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises.cartesia import FORMAT, SPEECH, TWO, VERSION, VOICE, client
from tests.contract.matrix import observing

QUICK = "first=0,interval=0.001,chunks=4"
TEXT = "Your table is booked for seven."
RATE = 32000
"""Bytes a second of what is asked for."""
CONTEXT: Any = {"model_id": "sonic-3", "voice": VOICE, "output_format": FORMAT}
ONE: Any = {**SPEECH, "transcript": TEXT}
only_of_two = pytest.mark.skipif(
    not TWO, reason="Cartesia 2 speaks another protocol; this version has what the other tests drive"
)
not_of_two = pytest.mark.skipif(TWO, reason="from 3 on")
listens = pytest.mark.skipif(VERSION < (3, 2), reason="from 3.2 on")


@contextmanager
def observed(wants_content: bool = False) -> Iterator[RecordingSink]:
    """Every call of the Cartesia SDK is observed inside the block."""
    with observing(PROVIDER, RecordingSink(wants_content)) as sink:
        yield sink


def base(simulators: Simulators, directives: str = QUICK) -> str:
    """The address of the simulators with directives in it."""
    return simulators.simulate(quote(directives, safe="=,"))


def sync_client(simulators: Simulators, directives: str = QUICK, key: str = "simulated") -> Any:
    """A synchronous client of the simulators."""
    return client("", base(simulators, directives), key=key)


def async_client(simulators: Simulators, directives: str = QUICK, key: str = "simulated") -> Any:
    """An asynchronous client of the simulators."""
    return client("Async", base(simulators, directives), key=key)


@contextmanager
def connected(simulators: Simulators, directives: str = QUICK, key: str = "simulated") -> Iterator[Any]:
    """A connection on which every major sends a text with `send` and gives an iterator of its audio."""
    socket = sync_client(simulators, directives, key).tts.websocket()
    try:
        socket.connect()
        yield socket
    finally:
        socket.close()


def audio(items: Any) -> bytes:
    """What is to be heard."""
    return b"".join(item.audio for item in items if getattr(item, "audio", None))
