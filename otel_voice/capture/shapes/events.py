"""The function that opens a pair of event streams: one for what the program sends, one for what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from otel_voice.capture.observer import SessionObserver
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.opened import async_opened, sending
from otel_voice.capture.tap_grpc import Left, answers_of


@dataclass(frozen=True)
class Events:
    """Where events go and come: a coroutine method of one object, and a generator that another one keeps."""

    sender: Any
    send: str
    reader: Any
    generator: str


def async_events(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine function; its observer's `opened` gives `Events`."""
    return async_opened(point, sink, active, _tap)


def _tap(streams: Any, observer: SessionObserver) -> None:
    events: Events = observer.opened(streams)
    setattr(events.sender, events.send, sending(getattr(events.sender, events.send), observer))
    inner = getattr(events.reader, events.generator)
    setattr(events.reader, events.generator, answers_of(inner, observer, Left(observer)))
