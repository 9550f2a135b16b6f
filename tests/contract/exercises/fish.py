"""Fish Audio: the calls of both clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
from fish_audio_sdk import AsyncWebSocketSession, Session, TTSRequest, WebSocketSession
from fishaudio import AsyncFishAudio, FishAudio

from otel_voice.providers.fish import PROVIDER
from tests.contract.exercises import SECRET, Exercise, Streamed, Whole

UNREACHABLE = {
    str(point): "its websocket lives in a task group, which raises where its generator is closed: driven in "
    "tests/providers/test_fish_socket.py"
    for point in PROVIDER.points
    if point.shape.__name__ == "async_reciting"
}


def client(colour: str, base: str, timeout: float = 10.0, key: str = "simulated") -> Any:
    """A client of the simulators; `colour` is "" or "Async"."""
    kind, http = (AsyncFishAudio, httpx.AsyncClient) if colour else (FishAudio, httpx.Client)
    # Without certificates, which take longer to load than a call takes.
    return kind(api_key=key, base_url=base, httpx_client=http(base_url=base, timeout=timeout, verify=False))


class _Session(Session):
    """The older client without certificates, which take longer to load than a call takes."""

    def init_sync_client(self) -> None:
        self._sync_client = httpx.Client(**self._options())

    def init_async_client(self) -> None:
        self._async_client = httpx.AsyncClient(**self._options())

    def _options(self) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._apikey}"}
        return {"base_url": self._base_url, "headers": headers, "timeout": None, "verify": False}


def session(base: str, key: str = "simulated") -> Any:
    """The older client, which has no time-outs."""
    return _Session(key, base_url=base)


def _convert(base: str, timeout: float) -> Any:
    return client("", base, timeout).tts.convert(text=SECRET, format="pcm")


def _convert_async(base: str, timeout: float) -> Any:
    return client("Async", base, timeout).tts.convert(text=SECRET, format="pcm")


def _transcribe(base: str, timeout: float) -> Any:
    return client("", base, timeout).asr.transcribe(audio=b"\1\2" * 16000, language="en")


def _transcribe_async(base: str, timeout: float) -> Any:
    return client("Async", base, timeout).asr.transcribe(audio=b"\1\2" * 16000, language="en")


def _session(base: str, timeout: float) -> Any:
    return session(base).tts(TTSRequest(text=SECRET, format="pcm"))


def _session_async(base: str, timeout: float) -> Any:
    return session(base).tts.awaitable(TTSRequest(text=SECRET, format="pcm"))


class _Socket(WebSocketSession):
    """The older client for texts that come in parts, without certificates."""

    def __init__(self, base: str) -> None:
        super().__init__("simulated", base_url=base)
        self._client = _plain(httpx.Client, base)


class _AsyncSocket(AsyncWebSocketSession):
    """The same, asynchronous."""

    def __init__(self, base: str) -> None:
        super().__init__("simulated", base_url=base)
        self._client = _plain(httpx.AsyncClient, base)


def _plain(kind: Any, base: str) -> Any:
    return kind(base_url=base, headers={"Authorization": "Bearer simulated"}, verify=False)


def socket(colour: str, base: str) -> Any:
    """The older client for texts that come in parts; `colour` is "" or "Async"."""
    return _AsyncSocket(base) if colour else _Socket(base)


async def parts(*texts: Any) -> AsyncIterator[Any]:
    """A text as a program gives it that gets it in parts itself."""
    for text in texts:
        yield text


def _recite(base: str, timeout: float) -> Any:
    return client("", base, timeout).tts.stream_websocket(iter([SECRET]), format="pcm")


def _older(base: str, timeout: float) -> Any:
    return socket("", base).tts(TTSRequest(text="", format="pcm"), iter([SECRET]))


EXERCISES: list[Exercise] = [
    Streamed("fishaudio.resources.tts:TTSClient.stream_websocket", _recite, can_time_out=False),
    Streamed("fish_audio_sdk.websocket:WebSocketSession.tts", _older, can_time_out=False),
    # They collect what a stream gives, which comes in one piece.
    Whole("fishaudio.resources.tts:TTSClient.stream", _convert),
    Whole("fishaudio.resources.tts:AsyncTTSClient.stream", _convert_async),
    Whole("fishaudio.resources.asr:ASRClient.transcribe", _transcribe),
    Whole("fishaudio.resources.asr:AsyncASRClient.transcribe", _transcribe_async),
    Streamed("fish_audio_sdk.io:StreamIOCall.__call__", _session, can_time_out=False),
    Streamed("fish_audio_sdk.io:StreamIOCall.awaitable", _session_async, can_time_out=False),
]
