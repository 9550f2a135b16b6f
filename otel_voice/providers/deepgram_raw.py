"""Deepgram's websockets without its SDK."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Speech
from otel_voice.providers import deepgram_agent, deepgram_flux, deepgram_listen, deepgram_speak_socket, reading
from otel_voice.providers.deepgram_connection import DeepgramConnection
from otel_voice.providers.raw import query_of


class OfURL(DeepgramConnection):
    """What was asked for is the query of the URL."""

    def opening(self, call: Call) -> bool:
        self.address = call.args[0]
        self.asked = query_of(call.args[0])
        self.attempt()
        return True

    def failure(self, record: Speech, error: BaseException) -> None:
        super().failure(record, error)
        reading.refusal(record, error)

    def websocket_of(self, connection: Any) -> Any:
        return connection


class Listen(OfURL, deepgram_listen.Listen):
    """/v1/listen."""


class Flux(OfURL, deepgram_flux.Flux):
    """/v2/listen."""


class Speak(OfURL, deepgram_speak_socket.Speak):
    """/v1/speak."""


class Agent(OfURL, deepgram_agent.Agent):
    """/v1/agent/converse."""
