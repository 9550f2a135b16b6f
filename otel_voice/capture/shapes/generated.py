"""The coroutine function that returns an asynchronous generator: asked for when awaited, read when iterated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from inspect import isasyncgen
from typing import Any

from otel_voice.capture.follow import followed
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Abandonment, Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.begin import begin
from otel_voice.capture.shapes.driving import Unawaited, driving


def async_generated(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine function whose result is an asynchronous generator."""

    async def drive(made: Call, unawaited: Unawaited) -> Any:
        coroutine = unawaited.begun()
        begun = begin(point, sink, active, made)
        if begun is None:
            return await coroutine
        running, observer = begun
        with running:
            items = await coroutine
        return guarded(_followed, items, running, observer) or items

    return driving(active, drive)


def _followed(items: AsyncIterator[Any], running: Running, observer: Observer) -> Any:
    if not isasyncgen(items):
        running.complete()
        return items
    return followed(items, running, observer.chunk, Abandonment(running))
