"""The call that is made through other SDKs: what they would tell of it is told already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from otel_voice.capture.claim import Claim
from otel_voice.capture.operation import Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.call import async_calling, calling


def claimed_call(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A function that does its work before it returns. Called inside of one that is claimed, it is silent, too."""
    return calling(point, sink, active, _claimed)


def async_claimed_call(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine function of that kind."""
    return async_calling(point, sink, active, _claimed)


@contextmanager
def _claimed(running: Running) -> Iterator[None]:
    with running, Claim():
        yield
