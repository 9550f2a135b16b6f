"""Metrics are recorded when they are collected: nothing is missing, nothing counted twice."""

from __future__ import annotations

import os

from otel_voice.observation.records import Inference, Outcome
from otel_voice.telemetry import names
from otel_voice.telemetry.pending import Pending
from tests.signals import Signals
from tests.telemetry.telling import Telling
from tests.unit.conversing import Clock


def calls(signals: Signals) -> int:
    return sum(point.count for point in signals.points(names.METRIC_GEN_AI_CLIENT_OPERATION_DURATION))


def test_a_collection_finds_every_ended_operation(signals: Signals) -> None:
    """Whoever collects right after a call finds it, also with two sets of telemetry on one meter provider."""
    one, two = Telling(signals.providers()), Telling(signals.providers())
    one.play(Clock(), Inference("openai"), 0.0, 0.5)
    two.play(Clock(), Inference("openai"), 0.0, 0.5)
    assert calls(signals) == 2
    assert calls(signals) == 2


def test_without_a_collection_the_queue_stays_bounded(signals: Signals) -> None:
    """A program whose metrics nobody collects keeps a bounded number of operations."""
    telling = Telling(signals.providers())
    clock = Clock()
    for _ in range(Pending.LIMIT + 10):
        telling.play(clock, Inference("openai"), 0.0, 0.5)
    assert len(telling.telemetry.metrics._pending._queue) <= Pending.LIMIT
    assert calls(signals) == Pending.LIMIT + 10


def test_a_failure_keeps_its_type(signals: Signals) -> None:
    """The class of an error is a label even though the error itself is not kept."""
    telling = Telling(signals.providers())
    telling.play(Clock(), Inference("openai"), 0.0, 0.5, outcome=Outcome.FAILED, error=TimeoutError("late"))
    (point,) = signals.points(names.METRIC_GEN_AI_CLIENT_OPERATION_DURATION)
    assert point.attributes[names.ERROR_TYPE] == "TimeoutError"


def test_a_forked_child_leaves_it_to_its_parent(signals: Signals) -> None:
    """What is pending at a fork is recorded once, by the parent."""
    telling = Telling(signals.providers())
    telling.play(Clock(), Inference("openai"), 0.0, 0.5)
    child = os.fork()
    if child == 0:
        os._exit(calls(signals))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert calls(signals) == 1
