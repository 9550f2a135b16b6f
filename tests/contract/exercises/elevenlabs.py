"""ElevenLabs: the public calls of 1.x and 2.x, and the raw clients of 2.x."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import httpx
from elevenlabs.client import AsyncElevenLabs, ElevenLabs

from otel_voice.providers.elevenlabs import PROVIDER
from tests.contract.exercises import SECRET, Exercise, Managed, Streamed, Whole, websocket

VERSION = tuple(int(number) for number in version("elevenlabs").split(".")[:2])
_ONE = VERSION < (2, 0)
_CLIENTS = "elevenlabs.{0}.client:{1}" if _ONE else "elevenlabs.{0}.raw_client:{1}Raw"
STREAM = "convert_as_stream" if _ONE else "stream"
_CONVERT_REALTIME = "elevenlabs.realtime_tts:RealtimeTextToSpeechClient.convert_realtime"
_CONNECT = "elevenlabs.realtime_tts:connect"
_SPEECH = {"text": SECRET, "model_id": "eleven_flash_v2_5", "output_format": "pcm_16000"}

UNREACHABLE = (
    dict.fromkeys((_CONVERT_REALTIME, _CONNECT), "1.x always speaks to wss://api.elevenlabs.io")
    if _ONE
    else {
        str(point): "a connection is not one operation: driven in tests/providers/test_elevenlabs_{scribe,agent}.py"
        for point in PROVIDER.points
        if point.module in ("elevenlabs.realtime.scribe", "elevenlabs.conversational_ai.conversation")
    }
)


def speak_point(colour: str, method: str) -> str:
    """The point behind a method of `text_to_speech`; `colour` is "" or "Async"."""
    return f"{_CLIENTS.format('text_to_speech', colour)}TextToSpeechClient.{method}"


def listen_point(colour: str) -> str:
    """The point behind `speech_to_text.convert`."""
    return f"{_CLIENTS.format('speech_to_text', colour)}SpeechToTextClient.convert"


def client(colour: str, base: str, timeout: float) -> Any:
    """A client for the simulators."""
    kind, http = (AsyncElevenLabs, httpx.AsyncClient) if colour else (ElevenLabs, httpx.Client)
    options: dict[str, Any] = {"base_url": base}
    if VERSION[0] == 2 and VERSION < (2, 2):  # these ignore base_url
        from elevenlabs.environment import ElevenLabsEnvironment

        options = {"environment": ElevenLabsEnvironment(base=base, wss=websocket(base))}
    # Without certificates, which take longer to load than a call takes.
    plain = http(timeout=timeout, verify=False)
    return kind(api_key="simulated", timeout=timeout, httpx_client=plain, **options)


def _named(call: Callable[[str, float], Any], name: str) -> Callable[[str, float], Any]:
    call.__name__ = name
    return call


def _public(colour: str, method: str) -> Callable[[str, float], Any]:
    def call(base: str, timeout: float) -> Any:
        return getattr(client(colour, base, timeout).text_to_speech, method)("voice", **_SPEECH)

    return _named(call, "public")


def _raw(colour: str, method: str) -> Callable[[str, float], Any]:
    def call(base: str, timeout: float) -> Any:
        raw = client(colour, base, timeout).text_to_speech.with_raw_response
        return getattr(raw, method)("voice", **_SPEECH)

    return _named(call, "raw")


def _listen(colour: str) -> Callable[[str, float], Any]:
    def call(base: str, timeout: float) -> Any:
        return client(colour, base, timeout).speech_to_text.convert(model_id="scribe_v1", file=b"\1\2" * 16000)

    return _named(call, "public")


def _realtime(base: str, timeout: float) -> Any:
    speech = client("", base, timeout).text_to_speech
    speech._ws_base_url = websocket(base) + "/"
    pieces = iter([SECRET[:12], SECRET[12:]])
    return speech.convert_realtime(
        "voice", text=pieces, model_id="eleven_flash_v2_5", output_format="pcm_16000", voice_settings=None
    )


def _exercises(colour: str) -> list[Exercise]:
    streams = ["convert", STREAM]
    if VERSION >= (1, 14):
        streams.append("stream_with_timestamps")
    timed = "convert_with_timestamps"
    found: list[Exercise] = [Streamed(speak_point(colour, name), _public(colour, name)) for name in streams]
    found.append(Whole(speak_point(colour, timed), _public(colour, timed)))
    if VERSION >= (1, 51):
        found.append(Whole(listen_point(colour), _listen(colour)))
    if not _ONE:
        found += [Managed(speak_point(colour, name), _raw(colour, name), lambda raw: raw.data) for name in streams]
        found.append(Whole(speak_point(colour, timed), _raw(colour, timed), lambda raw: [raw.data]))
    return found


EXERCISES = [*_exercises(""), *_exercises("Async")]
if not _ONE:
    EXERCISES += [Streamed(point, _realtime, can_time_out=False) for point in (_CONVERT_REALTIME, _CONNECT)]
