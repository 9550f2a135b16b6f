"""The real clients of Google Cloud's speech services against the simulated ones, in both colours."""

from __future__ import annotations

import atexit
from collections import deque
from functools import lru_cache
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlsplit

import grpc

from otel_voice.simulators.behaviour import HEADER, PREFIX
from otel_voice.simulators.google_cloud import CALL, GoogleCloud

COLOURS = ("", "Async")
RATE = 8000
CHUNK = RATE * 2 // 50  # 20 ms
# Clients would share their connections, and the pause before a lost one is made anew.
_OPTIONS = [("grpc.use_local_subchannel_pool", 1)]
_TRANSPORTS = {
    "speech_v1": ("google.cloud.speech_v1.services.speech.transports", "Speech"),
    "speech_v2": ("google.cloud.speech_v2.services.speech.transports", "Speech"),
    "texttospeech_v1": ("google.cloud.texttospeech_v1.services.text_to_speech.transports", "TextToSpeech"),
}

_kept: deque[Any] = deque(maxlen=8)
"""The last clients made: a channel that is collected takes its calls with it."""


@lru_cache(maxsize=1)
def cloud() -> GoogleCloud:
    """The simulated services, once for the process."""
    running = GoogleCloud()
    running.__enter__()
    atexit.register(running.__exit__, None, None, None)
    return running


def client(package: str, colour: str = "", port: int | None = None) -> Any:
    """A client of the simulated services, or of another loopback port; `package` is that of the SDK."""
    address = f"127.0.0.1:{port or cloud().port}"
    module, name = _TRANSPORTS[package]
    channel = (grpc.aio if colour else grpc).insecure_channel(address, options=_OPTIONS)
    transport = getattr(import_module(module), f"{name}Grpc{'AsyncIO' if colour else ''}Transport")
    made = getattr(import_module(f"google.cloud.{package}"), f"{name}{colour}Client")
    _kept.append(made(transport=transport(channel=channel, host=address)))
    return _kept[-1]


def options(directives: str = "", timeout: float = 10.0, call: str | None = None, **others: Any) -> dict[str, Any]:
    """What every method takes: directives as metadata, a time-out, no retries unless `retry` is among the others."""
    said = quote(",".join(filter(None, ("first=0,interval=0", directives))), safe="=,|%")
    metadata = [(HEADER, said), *([(CALL, call)] if call else [])]
    return {"metadata": metadata, "timeout": timeout, "retry": None, **others}


def of_base(base: str) -> tuple[int | None, str]:
    """The port and the directives in an address that the contract matrix makes; without a port, the services' own."""
    parts = urlsplit(base)
    _, _, directives = parts.path.partition(f"/{PREFIX}/")
    return (None, directives) if directives else (parts.port, "")


def chunks(audio: bytes) -> list[bytes]:
    """Audio as a microphone would give it, in pieces of 20 ms."""
    return [audio[at : at + CHUNK] for at in range(0, len(audio), CHUNK)]
