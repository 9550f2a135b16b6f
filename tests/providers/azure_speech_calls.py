"""The real Azure Speech SDK, native library and all, against the simulators, observed by a recording sink."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from otel_voice.providers.azure_speech import PROVIDER
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing

try:
    import azure.cognitiveservices.speech as speechsdk
except ImportError:
    pytest.skip(
        "azure-cognitiveservices-speech is not installed: not every platform has a wheel", allow_module_level=True
    )
except OSError as error:
    pytest.skip(f"the native library of azure-cognitiveservices-speech does not load: {error}", allow_module_level=True)

RATE = 16000
CHUNK = RATE * 2 // 50  # 20 ms
WAIT = 20.0


@contextmanager
def observed(wants_content: bool = False) -> Iterator[RecordingSink]:
    """Every call of the Azure Speech SDK is observed inside the block."""
    with observing(PROVIDER, RecordingSink(wants_content)) as sink:
        yield sink


def config(simulators: Simulators, directives: str = "first=0", key: str = "simulated", url: str = "") -> Any:
    """A configuration with which the SDK finds the simulators; the directives travel in a header."""
    made = speechsdk.SpeechConfig(host=url or simulators.websocket_url, subscription=key)
    if directives:
        made.set_service_property("x-simulate", directives, speechsdk.ServicePropertyChannel.HttpHeader)
    return made


def listening(simulators: Simulators, directives: str = "first=0", **asked: Any) -> tuple[Any, Any]:
    """A recogniser, and the stream into which its audio is written."""
    stream = speechsdk.audio.PushAudioInputStream()
    audio = speechsdk.audio.AudioConfig(stream=stream)
    return speechsdk.SpeechRecognizer(config(simulators, directives, **asked), audio), stream


def speaking(simulators: Simulators, directives: str = "first=0,interval=0", output: Any = None, **asked: Any) -> Any:
    """A synthesiser that speaks raw audio."""
    made = config(simulators, directives, **asked)
    made.speech_synthesis_voice_name = "en-US-AvaNeural"
    made.set_speech_synthesis_output_format(speechsdk.SpeechSynthesisOutputFormat.Raw16Khz16BitMonoPcm)
    return speechsdk.SpeechSynthesizer(made, output)


def speech(text: str = "I would like a table.") -> bytes:
    """Somebody says this, and is silent for a second."""
    return synthesize(text, RATE) + bytes(RATE * 2)


def write(stream: Any, audio: bytes, pause: float = 0.0) -> list[int]:
    """Write audio as a microphone would give it; returns when each piece was written."""
    moments = []
    for at in range(0, len(audio), CHUNK):
        moments.append(time.perf_counter_ns())
        stream.write(audio[at : at + CHUNK])
        if pause:
            time.sleep(pause)
    return moments
