"""The shapes of a call. A shape takes no boolean options: an odd SDK gets a shape of its own."""

from otel_voice.capture.shapes.call import async_call, call
from otel_voice.capture.shapes.connection import (
    async_connecting,
    async_connection,
    awaited_connection,
    connecting,
    connection,
)
from otel_voice.capture.shapes.generator import async_generator, generator
from otel_voice.capture.shapes.managed import async_managed, managed
from otel_voice.capture.shapes.session import async_session, session

__all__ = [
    "async_call",
    "async_connecting",
    "async_connection",
    "async_generator",
    "async_managed",
    "async_session",
    "awaited_connection",
    "call",
    "connecting",
    "connection",
    "generator",
    "managed",
    "session",
]
