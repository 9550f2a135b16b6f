"""Cartesia over HTTP: the calls of 2, 3 and 4.

The websockets are driven in `tests/providers/test_cartesia_*`: one connection holds many operations.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import httpx
from cartesia import AsyncCartesia, Cartesia

from otel_voice.providers.cartesia import PROVIDER
from tests.contract.exercises import SECRET, Exercise, Managed, Streamed, Whole, websocket

VERSION = tuple(int(number) for number in version("cartesia").split(".")[:2])
TWO = VERSION < (3, 0)
UNREACHABLE = {
    str(point): "a connection is not one operation: driven in tests/providers/test_cartesia_*"
    for point in PROVIDER.points
    if point.shape.__name__.endswith(("connection", "connecting", "part"))
}
VOICE: Any = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b" if VERSION >= (4, 0) else {"mode": "id", "id": "6ccbfb76"}
FORMAT: Any = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000}
SPEECH: Any = {"model_id": "sonic-3", "transcript": SECRET, "voice": VOICE, "output_format": FORMAT}
_RECORDING = ("a.raw", b"\1\2" * 16000)


def client(colour: str, base: str, timeout: float = 10.0, key: str = "simulated") -> Any:
    """A client for the simulators; `colour` is "" or "Async"."""
    kind, http = (AsyncCartesia, httpx.AsyncClient) if colour else (Cartesia, httpx.Client)
    # Without certificates, which take longer to load than a call takes.
    plain = http(timeout=timeout, verify=False)
    if TWO:  # speaks plainly to this host only
        return kind(api_key=key, base_url=base.replace("127.0.0.1", "localhost"), timeout=timeout, httpx_client=plain)
    return kind(
        api_key=key,
        base_url=base,
        websocket_base_url=websocket(base),
        timeout=timeout,
        max_retries=0,
        http_client=plain,
    )


def _named(call: Callable[[str, float], Any], name: str) -> Callable[[str, float], Any]:
    call.__name__ = name
    return call


def _speak(colour: str, method: str, variant: str = "") -> Callable[[str, float], Any]:
    def call(base: str, timeout: float) -> Any:
        tts = client(colour, base, timeout).tts
        return getattr(getattr(tts, variant) if variant else tts, method)(**SPEECH)

    return _named(call, variant or method)


def _transcribe(colour: str) -> Callable[[str, float], Any]:
    def call(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).stt.transcribe(file=_RECORDING, model="ink-whisper", language="en")

    return _named(call, "transcribe")


class _Stubborn:
    """The events of SDK 2, whose generator swallows whatever is thrown into it: closing it is a RuntimeError."""

    def __init__(self, events: Any) -> None:
        self._events = events

    def __aiter__(self) -> _Stubborn:
        return self

    async def __anext__(self) -> Any:
        return await anext(self._events)

    async def aclose(self) -> None:
        with contextlib.suppress(RuntimeError):
            await self._events.aclose()


def _of_two(colour: str) -> list[Exercise]:
    speech = f"cartesia.tts.client:{colour}TtsClient"
    return [
        Streamed(f"{speech}.bytes", _speak(colour, "bytes")),
        Streamed(f"{speech}.sse", _speak(colour, "sse"), _Stubborn if colour else iter),
        Whole(f"cartesia.stt.client:{colour}SttClient.transcribe", _transcribe(colour)),
    ]


def _later(colour: str) -> list[Exercise]:
    speech = f"cartesia.resources.tts:{colour}TTSResource"
    transcribe = "cartesia.resources.stt.stt" if VERSION >= (3, 2) else "cartesia.resources.stt"
    resource = "STTResource" if VERSION >= (3, 1) else "SttResource"
    found: list[Exercise] = [
        Whole(f"{speech}.generate", _speak(colour, "generate"), lambda response: [_read(response)]),
        Managed(f"{speech}.generate", _speak(colour, "generate", "with_streaming_response"), _bytes),
        Whole(f"{transcribe}:{colour}{resource}.transcribe", _transcribe(colour)),
    ]
    if VERSION >= (3, 1):
        found += [Streamed(f"{speech}.{name}", _speak(colour, name)) for name in ("generate_sse", "sse")]
    else:  # it reads all events before it gives the first
        found.append(Whole(f"{speech}.generate_sse", _speak(colour, "generate_sse"), _events))
    return found


def _read(response: Any) -> bytes:
    content: bytes = response.http_response.content
    return content


def _bytes(response: Any) -> Any:
    return response.iter_bytes()


def _events(stream: Any) -> list[Any]:
    return [stream.response.content]


EXERCISES = [exercise for colour in ("", "Async") for exercise in (_of_two if TWO else _later)(colour)]
