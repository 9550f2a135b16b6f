"""Deepgram over HTTP: recordings, and speech in pieces.

The websockets are driven in `tests/providers/test_deepgram_*`: one connection holds many operations, begun and ended by
what is said on it, and this matrix is of uses that are one operation each.
"""

from __future__ import annotations

import inspect
from typing import Any

from otel_voice.providers.deepgram import PROVIDER
from tests.contract.exercises import SECRET, Exercise, Managed, Streamed, Whole, websocket

_RECORDING = b"\1\2" * 16000
UNREACHABLE = {
    str(point): "a connection is not one operation: driven in tests/providers/test_deepgram_*"
    for point in PROVIDER.points
    if point.target.endswith(".connect")
}


def _client(colour: str, base: str, timeout: float) -> Any:
    import deepgram
    from deepgram.environment import DeepgramClientEnvironment

    socket = websocket(base)
    known = {"base": base, "production": socket, "agent": socket, "agent_rest": base, "preview": socket}
    asked = inspect.signature(DeepgramClientEnvironment).parameters
    addresses = DeepgramClientEnvironment(**{name: known[name] for name in asked})
    return getattr(deepgram, f"{colour}DeepgramClient")(api_key="simulated", environment=addresses, timeout=timeout)


def _exercises(colour: str) -> list[Exercise]:
    once: Any = {"max_retries": 0}

    def file(base: str, timeout: float) -> Any:
        media = _client(colour, base, timeout).listen.v1.media
        return media.transcribe_file(request=_RECORDING, model="nova-3", request_options=once)

    def url(base: str, timeout: float) -> Any:
        media = _client(colour, base, timeout).listen.v1.media
        return media.transcribe_url(url="https://x.test/a.wav", model="nova-3", request_options=once)

    def generated(base: str, timeout: float) -> Any:
        return _client(colour, base, timeout).speak.v1.audio.generate(text=SECRET, request_options=once)

    def raw(base: str, timeout: float) -> Any:
        audio = _client(colour, base, timeout).speak.v1.audio
        return audio.with_raw_response.generate(text=SECRET, request_options=once)

    media = f"deepgram.listen.v1.media.raw_client:{colour}RawMediaClient"
    speech = f"deepgram.speak.v1.audio.raw_client:{colour}RawAudioClient.generate"
    return [
        Whole(f"{media}.transcribe_file", file),
        Whole(f"{media}.transcribe_url", url),
        Streamed(speech, generated),
        Managed(speech, raw, lambda response: response.data),
    ]


EXERCISES = [exercise for colour in ("", "Async") for exercise in _exercises(colour)]
