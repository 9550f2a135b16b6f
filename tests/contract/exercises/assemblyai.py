"""AssemblyAI over HTTP: recordings, uploaded, submitted and asked for until they are done.

The streaming clients are driven in `tests/providers/test_assemblyai_listen.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import assemblyai

from otel_voice.providers.assemblyai import PROVIDER
from tests.contract.exercises import Exercise, Whole

VERSION = tuple(int(number) for number in version("assemblyai").split(".")[:2])
ONE = VERSION >= (1, 0)
UNREACHABLE = {
    str(point): "a connection is not one operation: driven in tests/providers/test_assemblyai_listen.py"
    for point in PROVIDER.points
    if point.shape.__name__.endswith("connection")
}
RECORDING = b"\1\2" * 16000
_POINT = "assemblyai.prerecorded.v2.client:Transcriber" if ONE else "assemblyai.transcriber:Transcriber"


def settings(base: str, timeout: float = 10.0, key: str = "simulated") -> Any:
    """Settings with which the SDK finds the simulators, and asks them often."""
    return assemblyai.Settings(api_key=key, base_url=base, http_timeout=timeout, polling_interval=0.001)


def transcriber(base: str, timeout: float = 10.0, key: str = "simulated") -> Any:
    """A synchronous transcriber."""
    return assemblyai.Transcriber(client=assemblyai.Client(settings=settings(base, timeout, key)))


def async_transcriber(base: str, timeout: float = 10.0, key: str = "simulated") -> Any:
    """An asynchronous transcriber."""
    return assemblyai.AsyncTranscriber(client=assemblyai.AsyncClient(settings=settings(base, timeout, key)))


def _plain(base: str, timeout: float) -> Any:
    return transcriber(base, timeout).transcribe(RECORDING)


def _promised(base: str, timeout: float) -> Any:
    return transcriber(base, timeout).transcribe_async(RECORDING)


def _async(base: str, timeout: float) -> Any:
    return async_transcriber(base, timeout).transcribe(RECORDING)


def _items(transcript: Any) -> list[Any]:
    return [transcript.text, transcript.id, transcript.words]


def _of_future(future: Any) -> list[Any]:
    return _items(future.result())


def _whole(name: str, call: Callable[[str, float], Any], items: Callable[[Any], list[Any]] = _items) -> Exercise:
    return Whole(name, call, items)


EXERCISES = [
    _whole(f"{_POINT}.transcribe", _plain),
    _whole(f"{_POINT}.transcribe_async", _promised, _of_future),
]
if ONE:
    EXERCISES.append(_whole("assemblyai.prerecorded.v2.async_client:AsyncTranscriber.transcribe", _async))
