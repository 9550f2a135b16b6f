"""A stream that the garbage collector takes, at whatever moment it comes by."""

from __future__ import annotations

from otel_voice.capture import operation
from otel_voice.capture.operation import Abandonment, Running
from otel_voice.observation.records import Inference, Outcome
from tests.capture_sink import RecordingSink


class Busy(RecordingSink):
    """A sink in the middle of telling something, as when a collection starts under one of its locks."""

    busy = True

    def inside(self) -> bool:
        return self.busy


def test_a_dropped_stream_ends_at_once() -> None:
    """Whoever held it last is gone: the record is there, interrupted."""
    sink = RecordingSink()
    running = Running(Inference("openai"), sink)
    held = Abandonment(running)
    del held
    assert running.record.outcome is Outcome.INTERRUPTED


def test_a_stream_collected_under_a_lock_waits_for_its_turn() -> None:
    """Ending it there would wait for a lock that the same thread holds; it is ended with the next operation."""
    sink = Busy()
    running = Running(Inference("openai"), sink)
    held = Abandonment(running)
    del held
    assert not running.ended
    sink.busy = False
    operation.settle()
    assert running.record.outcome is Outcome.INTERRUPTED
