"""The shapes of a call. A shape takes no boolean options: an odd SDK gets a shape of its own."""

from otel_voice.capture.shapes.call import async_call, call
from otel_voice.capture.shapes.generator import async_generator, generator
from otel_voice.capture.shapes.managed import async_managed, managed
from otel_voice.capture.shapes.session import async_session, session

__all__ = [
    "async_call",
    "async_generator",
    "async_managed",
    "async_session",
    "call",
    "generator",
    "managed",
    "session",
]
