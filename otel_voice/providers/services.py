"""Whose websocket is it? By host and path: for programs that speak to a provider with no SDK of its own.

A host that is not here (a proxy, a self-hosted server) is added by the program's settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple
from urllib.parse import urlsplit

from otel_voice.capture.observer import SessionObserver

HOSTS = {
    "deepgram": r"(api(\.eu)?|agent)\.deepgram\.com",
    "assemblyai": r"streaming(\.eu|\.us)?\.assemblyai\.com",
    "cartesia": r"api\.cartesia\.ai",
    "elevenlabs": r"api(\.us|\.eu\.residency|\.in\.residency)?\.elevenlabs\.io",
    "openai": r"api\.openai\.com|[\w-]+\.openai\.azure\.com|[\w-]+\.cognitiveservices\.azure\.com",
    "google_genai": r"generativelanguage\.googleapis\.com|([\w-]+-)?aiplatform\.googleapis\.com",
}
"""Provider -> its hosts, as a regular expression of a whole host name."""

PATHS = {
    "deepgram": {
        r"/v1/listen": "deepgram_raw:Listen",
        r"/v2/listen": "deepgram_raw:Flux",
        r"/v1/speak": "deepgram_raw:Speak",
        r"/v1/agent/converse": "deepgram_raw:Agent",
    },
    "assemblyai": {r"/v3/ws": "assemblyai_raw:Turns"},
    "cartesia": {
        r"/tts/websocket": "cartesia_raw:Speaking",
        r"/stt/websocket": "cartesia_raw:OnDemand",
        r"/stt/turns/websocket": "cartesia_raw:Turns",
    },
    "elevenlabs": {
        r"/v1/text-to-speech/[^/]+/(multi-)?stream-input": "elevenlabs_raw:Speaking",
        r"/v1/speech-to-text/realtime": "elevenlabs_scribe:Scribe",
        r"/v1/convai/conversation": "elevenlabs_agent:Agent",
    },
    "openai": {r"(/v1|/openai(/v1)?)/realtime": "openai_raw:Realtime"},
    "google_genai": {r"/ws/google\..+BidiGenerateContent": "google_genai_raw:Live"},
}
"""Provider -> the end of a path, as a regular expression -> who reads it."""

_own: dict[str, str] = {}
_known: dict[tuple[str, str], type[SessionObserver] | None] = {}
_MOST_KNOWN = 1024


class Address(NamedTuple):
    """Where a websocket goes."""

    host: str
    """With the port where the URL names one."""
    name: str
    path: str


def add_hosts(hosts: Mapping[str, str]) -> None:
    """Hosts of the program's own, with or without a port -> the provider whose protocol they speak."""
    _own.update(hosts)
    _known.clear()


def observer_of(url: str) -> type[SessionObserver] | None:
    """Who reads a connection to this URL; None for everybody else's."""
    parts = urlsplit(url)
    key = parts.netloc.rpartition("@")[2].lower(), parts.path.rstrip("/")
    if key not in _known:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[key] = _found(Address(key[0], (parts.hostname or "").lower(), key[1]))
    return _known[key]


def _found(address: Address) -> type[SessionObserver] | None:
    provider = _provider(address)
    if provider is None:
        return None
    for path, where in PATHS[provider].items():
        if re.search(f"(?:{path})$", address.path):
            module, _, name = where.partition(":")
            observer: type[SessionObserver] = getattr(import_module(f"otel_voice.providers.{module}"), name)
            return observer
    return None


def _provider(address: Address) -> str | None:
    given = _own.get(address.host) or _own.get(address.name)
    if given is not None:
        return given
    return next((provider for provider, hosts in HOSTS.items() if re.fullmatch(hosts, address.name)), None)
