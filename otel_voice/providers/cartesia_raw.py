"""Cartesia's websockets without its SDK."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.providers import cartesia_listen, cartesia_speak_socket
from otel_voice.providers.raw import query_of


class Speaking(cartesia_speak_socket.Speaking):
    """/tts/websocket; what is asked for is in the messages."""

    def opening(self, call: Call) -> bool:
        self.address = call.args[0]
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        return connection


class _Listening(cartesia_listen.CartesiaListening):
    def opening(self, call: Call) -> bool:
        self.address = call.args[0]
        self.asked = query_of(call.args[0])
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.listen()
        return connection


class OnDemand(_Listening, cartesia_listen.OnDemand):
    """/stt/websocket."""


class Turns(_Listening, cartesia_listen.Turns):
    """/stt/turns/websocket."""
