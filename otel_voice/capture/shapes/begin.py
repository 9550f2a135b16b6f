"""How every shape begins an operation, or decides to stay out of the way."""

from __future__ import annotations

from typing import cast

from otel_voice.capture.claim import is_claimed
from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Running, Sink, settle
from otel_voice.capture.points import Active, Point


def begin(point: Point, sink: Sink, active: Active, call: Call) -> tuple[Running, Observer] | None:
    """Start observing a call; None when it is not to be observed."""
    if not active.on or is_claimed() or not sink.enabled():
        return None
    return guarded(_begin, point, sink, call)


def _begin(point: Point, sink: Sink, call: Call) -> tuple[Running, Observer] | None:
    settle()
    observer = cast("type[Observer]", point.observer)(sink.wants_content)
    record = observer.request(call)
    if record is None:
        return None
    return Running(record, sink, observer, None if sink.wants_content else (call.args, call.kwargs)), observer
