"""Soniox: audio in one answer, and recordings. The websockets are driven in `tests/providers/test_soniox*.py`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from soniox import AsyncSonioxClient, SonioxClient

from otel_voice.providers.soniox import PROVIDER
from tests.contract.exercises import SECRET, Exercise, Whole, websocket

VERSION = tuple(int(number) for number in version("soniox").split(".")[:2])
SPEAKS = VERSION >= (2, 3)
RECORDING = b"\1\2" * 16000
UNREACHABLE = {
    str(point): "a connection is not one operation: driven in tests/providers/test_soniox*.py"
    for point in PROVIDER.points
    if point.shape.__name__.endswith(("connection", "leaving"))
} | {
    str(point): "it tells nothing that was said: driven in tests/providers/test_soniox_prerecorded.py"
    for point in PROVIDER.points
    if point.target.endswith("transcribe_and_wait")
}


def client(colour: str, base: str, timeout: float = 10.0, key: str = "simulated") -> Any:
    """A client of the simulators; `colour` is "" or "Async"."""
    options: dict[str, Any] = {"websocket_base_url": f"{websocket(base)}/transcribe-websocket"}
    if SPEAKS:
        options |= {"tts_api_base_url": base, "tts_websocket_base_url": f"{websocket(base)}/tts-websocket"}
    kind = AsyncSonioxClient if colour else SonioxClient
    # Without certificates, which take longer to load than a call takes.
    return kind(api_key=key, api_base_url=base, timeout_sec=timeout, verify=False, **options)


def _generate(base: str, timeout: float) -> Any:
    return client("", base, timeout).tts.generate(text=SECRET, voice="Adrian", language="en")


def _generate_async(base: str, timeout: float) -> Any:
    return client("Async", base, timeout).tts.generate(text=SECRET, voice="Adrian", language="en")


def _recognize(colour: str, method: str) -> Callable[[str, float], Any]:
    def call(base: str, timeout: float) -> Any:
        return getattr(client(colour, base, timeout).stt, method)(file=RECORDING, wait_interval_sec=0.001)

    return call


_TOKENS = "transcribe_and_wait_with_tokens"
EXERCISES: list[Exercise] = [
    Whole(f"soniox.api.stt:SttAPI.{_TOKENS}", _recognize("", _TOKENS)),
    Whole(f"soniox.api.async_stt:AsyncSttAPI.{_TOKENS}", _recognize("Async", _TOKENS)),
    Whole("soniox.api.tts:TtsAPI.generate", _generate),
    Whole("soniox.api.async_tts:AsyncTtsAPI.generate", _generate_async),
]
