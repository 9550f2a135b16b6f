"""The generator function that reads the program's own iterator while it talks over a connection it opens itself.

The program's iterator runs inside the generator, so the operation is current only while the connection is opened:
what the program does to make its text must not look like a part of the synthesis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple, cast

from otel_voice.capture.claim import Claim
from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Abandonment, Ending, Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.begin import begin
from otel_voice.observation import clock

_END = object()


class DialogueObserver(Observer):
    """Reads one operation, and what it says on the connection that belongs to it."""

    def opened(self, connection: Any) -> None:
        """The connection stands."""

    def sent(self, message: Any) -> None:
        """A message is sent, as on the wire. This is the hot path."""


class _Dialogue(NamedTuple):
    running: Running
    observer: DialogueObserver


_opening: ContextVar[_Dialogue | None] = ContextVar("otel_voice_dialogue", default=None)


def dialogue(point: Point, sink: Sink, active: Active) -> Wrapper:
    """The generator function; its observer is a `DialogueObserver`."""

    def drive(inner: Iterator[Any], made: Call) -> Iterator[Any]:
        begun = begin(point, sink, active, made)
        if begun is None:
            return (yield from inner)
        running, observer = begun
        talk = _Dialogue(running, cast("DialogueObserver", observer))
        return (yield from _talked(inner, talk, Abandonment(running)))

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        inner = wrapped(*args, **kwargs)
        return drive(inner, Call(instance, args, kwargs)) if active.on else inner

    return wrapper


def dialogue_connection(point: Point, sink: Sink, active: Active) -> Wrapper:
    """The function with which it opens its connection, a client of `websockets`."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        talk = _opening.get()
        if talk is None:
            return wrapped(*args, **kwargs)
        claim = Claim()
        try:
            with talk.running:
                connection = wrapped(*args, **kwargs)
        finally:
            claim.end()
        guarded(_listen, connection, talk.observer)
        return connection

    return wrapper


def _talked(inner: Iterator[Any], talk: _Dialogue, held: Abandonment) -> Iterator[Any]:
    running = talk.running
    record = running.record
    read = shielded(talk.observer.chunk)
    now = clock.now
    with Ending(running):
        item = _first(inner, talk)
        if item is _END:
            return
        record.last_chunk_ns = at = now()
        running.first_chunk(at)
        read(item)
        yield item
        for item in inner:
            record.last_chunk_ns = now()
            read(item)
            yield item


def _first(inner: Iterator[Any], talk: _Dialogue) -> Any:
    """The first item; making it opens the connection."""
    token = _opening.set(talk)
    try:
        return next(inner, _END)
    finally:
        _opening.reset(token)


def _listen(connection: Any, observer: DialogueObserver) -> None:
    send = connection.send
    sent = shielded(observer.sent)

    def tapped(message: Any, *args: Any, **kwargs: Any) -> Any:
        sent(message)
        return send(message, *args, **kwargs)

    connection.send = tapped
    observer.opened(connection)
