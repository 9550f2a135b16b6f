"""Gladia's recordings. A session holds many utterances, so that it is driven in `tests/providers/test_gladia.py`."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from gladiaio_sdk import GladiaClient
from gladiaio_sdk.client_options import HttpRetryOptions

from otel_voice.providers.gladia import PROVIDER
from tests.contract.exercises import Exercise, Whole

VERSION = tuple(int(number) for number in version("gladiaio-sdk").split(".")[:2])
RECORDS = VERSION >= (2, 0)
"""Whether it can be driven: before that it drops the path of an address, in which the directives are."""
URL = "https://example.com/call.wav"
UNREACHABLE = {
    str(point): "a session is not one operation: driven in tests/providers/test_gladia.py"
    for point in PROVIDER.points
    if point.shape.__name__.endswith("noting") or not RECORDS
}


def client(base: str, timeout: float = 10.0, key: str = "simulated") -> Any:
    """A client of the simulators that tries once."""
    from gladiaio_sdk.client_options import PreRecordedV2Timeouts

    once = HttpRetryOptions(max_attempts=1, delay=lambda attempt: 0.0)
    limits = PreRecordedV2Timeouts(create=timeout, get=timeout)
    return GladiaClient(api_key=key, api_url=base, http_retry=once, prerecorded_timeouts=limits)


def _transcribe(base: str, timeout: float) -> Any:
    return client(base, timeout).pre_recorded_v2().transcribe(URL, interval=0.001)


def _transcribe_async(base: str, timeout: float) -> Any:
    return client(base, timeout).pre_recorded_v2_async().transcribe(URL, interval=0.001)


def _poll(base: str, timeout: float) -> Any:
    return client(base, timeout).pre_recorded_v2().create_and_poll({"audio_url": URL}, interval=0.001)


def _poll_async(base: str, timeout: float) -> Any:
    return client(base, timeout).pre_recorded_v2_async().create_and_poll({"audio_url": URL}, interval=0.001)


_POINTS = "gladiaio_sdk.v2.prerecorded"
EXERCISES: list[Exercise] = []
if RECORDS:
    EXERCISES = [
        Whole(f"{_POINTS}.client:PreRecordedV2Client.transcribe", _transcribe),
        Whole(f"{_POINTS}.client:PreRecordedV2Client.create_and_poll", _poll),
        Whole(f"{_POINTS}.async_client:PreRecordedV2AsyncClient.transcribe", _transcribe_async),
        Whole(f"{_POINTS}.async_client:PreRecordedV2AsyncClient.create_and_poll", _poll_async),
    ]
