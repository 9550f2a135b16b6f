"""LMNT over HTTP. Its session is driven in `tests/providers/test_lmnt.py`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import httpx
from lmnt import AsyncLmnt, Lmnt

from otel_voice.providers.lmnt import PROVIDER
from tests.contract.exercises import SECRET, Exercise, Managed, Whole

VERSION = tuple(int(number) for number in version("lmnt").split(".")[:2])
UNREACHABLE = {
    str(point): "a connection is not one operation: driven in tests/providers/test_lmnt.py"
    for point in PROVIDER.points
    if point.shape.__name__ == "async_connecting"
}
FORMAT: Any = {"format": "pcm_s16le", "sample_rate": 16000}
_SPEECH: Any = {"text": SECRET, "voice": "leah", **FORMAT}


def client(colour: str, base: str, timeout: float = 10.0, key: str = "simulated") -> Any:
    """A client of the simulators; `colour` is "" or "Async"."""
    kind, http = (AsyncLmnt, httpx.AsyncClient) if colour else (Lmnt, httpx.Client)
    # Without certificates, which take longer to load than a call takes.
    plain = http(timeout=timeout, verify=False)
    return kind(api_key=key, base_url=base, timeout=timeout, max_retries=0, http_client=plain)


def _named(call: Callable[[str, float], Any], name: str) -> Callable[[str, float], Any]:
    call.__name__ = name
    return call


def _speak(colour: str, method: str, variant: str = "") -> Callable[[str, float], Any]:
    def call(base: str, timeout: float) -> Any:
        speech = client(colour, base, timeout).speech
        return getattr(getattr(speech, variant) if variant else speech, method)(**_SPEECH)

    return _named(call, variant or method)


def _bytes(response: Any) -> Any:
    return response.iter_bytes()


def _exercises(colour: str) -> list[Exercise]:
    points = f"lmnt.resources.speech:{colour}SpeechResource"
    return [
        Whole(f"{points}.generate", _speak(colour, "generate"), lambda response: [response.http_response.content]),
        Managed(f"{points}.generate", _speak(colour, "generate", "with_streaming_response"), _bytes),
        Whole(f"{points}.generate_detailed", _speak(colour, "generate_detailed")),
    ]


EXERCISES = [*_exercises(""), *_exercises("Async")]
