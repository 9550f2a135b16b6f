"""The real ElevenLabs SDK against the simulators, observed by a recording sink."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from otel_voice.providers.elevenlabs import PROVIDER
from tests.capture_sink import RecordingSink
from tests.contract.exercises import Reader, settled
from tests.contract.exercises.elevenlabs import client
from tests.contract.matrix import TIMEOUT, observing

TEXT = "Your table is booked for seven."
MODEL = "eleven_flash_v2_5"
PCM = {"text": TEXT, "model_id": MODEL, "output_format": "pcm_16000"}
RATE = 32000
"""Bytes a second of pcm_16000."""


class Heard(NamedTuple):
    """What a caller got and measured: items, seconds to the first, seconds to the end."""

    items: list[Any]
    first: float
    total: float


@contextmanager
def observed(wants_content: bool = False) -> Iterator[RecordingSink]:
    """Every call of the ElevenLabs SDK is observed inside the block."""
    with observing(PROVIDER, RecordingSink(wants_content)) as sink:
        yield sink


def speech(colour: str, base: str) -> Any:
    """`client.text_to_speech`; `colour` is "" or "Async"."""
    return client(colour, base, TIMEOUT).text_to_speech


async def hear(stream: Any) -> Heard:
    """Read a stream of either colour to its end, with a watch in the hand."""
    items, first, started = [], 0.0, time.perf_counter()
    reader = Reader(await settled(stream), [])
    while True:
        try:
            items.append(await reader.read())
        except StopAsyncIteration:
            return Heard(items, first, time.perf_counter() - started)
        first = first or time.perf_counter() - started
