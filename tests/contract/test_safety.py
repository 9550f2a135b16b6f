"""The contract of every point: our own failure is ours, and what we hold does not grow with what is said."""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import otel_voice
from otel_voice.capture import guard
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.dialogue import dialogue_connection
from otel_voice.observation.records import Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import Managed, Session, Streamed, Whole
from tests.contract.matrix import TIMEOUT, Case, base, cases, failure, name, observing, said

ANY = cases(Whole, Streamed, Managed, Session)
OBSERVER_HOOKS = ("request", "response", "chunk", "body", "failure", "end")
SESSION_HOOKS = ("opening", "opened", "refused", "sent", "received", "broken", "closed")
SINK_HOOKS = ("start", "enter", "leave", "first_chunk", "finish", "session_opened", "held_here", "session_closed")
ROOM = Path(otel_voice.__file__).parent
OURS = [tracemalloc.Filter(True, str(ROOM / room / "*")) for room in ("capture", "providers", "observation")]
MOST_GROWTH = 1024
"""Bytes; a stream of a hundred chunks of which one pointer each is kept grows by this much."""


class OurBugError(Exception):
    """What a broken hook raises."""


@pytest.fixture
def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard as it is in a user's program."""
    monkeypatch.setattr(guard, "strict", False)
    monkeypatch.setattr(guard, "_reported", set())


def _broken(*_: Any, **__: Any) -> Any:
    raise OurBugError("a hook of ours")


# Also where an observer puts another hook in its place while it runs.
_BROKEN = property(lambda observer: _broken, lambda observer, hook: None)


def _breaking(case: Case, *hooks: str) -> Provider:
    """The provider, with observers at the exercised point whose hooks raise."""
    return replace(
        case.provider,
        points=[
            replace(point, observer=type("Broken", (point.observer,), dict.fromkeys(hooks, _BROKEN)))
            if str(point) == case.exercise.point
            else point
            for point in case.provider.points
        ],
    )


def _point(case: Case) -> Point:
    return next(point for point in case.provider.points if str(point) == case.exercise.point)


def _hooks(case: Case) -> list[str]:
    """The hooks that the observer of the exercised point has."""
    hooks = dict.fromkeys((*OBSERVER_HOOKS, *SESSION_HOOKS))
    return [hook for hook in hooks if hasattr(_point(case).observer, hook)]


# Behind a connection that another call opens, it is that call's observer that reads the items.
READ_THERE = [case for case in cases(Streamed, Managed) if _point(case).shape is not dialogue_connection]


@pytest.mark.usefixtures("forgiving")
@pytest.mark.parametrize("case", ANY, ids=name)
async def test_a_broken_observer_harms_nobody(case: Case, simulators: Simulators) -> None:
    """Whichever hook of the observer raises, the program gets the same result and the same error."""
    good, bad = base(simulators), base(simulators, fail=401)
    bare, error = await case.exercise.drain(good, TIMEOUT), said(await failure(case.exercise, bad))
    for hook in _hooks(case):
        with observing(_breaking(case, hook)):
            assert await case.exercise.drain(good, TIMEOUT) == bare, f"when {hook} raises"
            assert said(await failure(case.exercise, bad)) == error, f"when {hook} raises"


@pytest.mark.usefixtures("forgiving")
@pytest.mark.parametrize("case", ANY, ids=name)
async def test_a_broken_sink_harms_nobody(case: Case, simulators: Simulators) -> None:
    """Whichever method of the sink raises, the program gets the same result and the same error."""
    good, bad = base(simulators), base(simulators, fail=401)
    bare, error = await case.exercise.drain(good, TIMEOUT), said(await failure(case.exercise, bad))
    for hook in SINK_HOOKS:
        sink = type("Broken", (RecordingSink,), {hook: _broken})()
        with observing(case.provider, sink):
            assert await case.exercise.drain(good, TIMEOUT) == bare, f"when {hook} raises"
            assert said(await failure(case.exercise, bad)) == error, f"when {hook} raises"


@pytest.mark.usefixtures("forgiving")
@pytest.mark.parametrize("case", READ_THERE, ids=name)
async def test_a_failure_of_ours_is_logged_once(
    case: Case, simulators: Simulators, caplog: pytest.LogCaptureFixture
) -> None:
    """A hook that raises on every chunk is one warning, and the operation is still told as completed."""
    broken = _breaking(case, "chunk", "body")
    with caplog.at_level(logging.WARNING, logger="otel_voice"), observing(broken) as sink:
        await case.exercise.drain(base(simulators), TIMEOUT)
    # An SDK may say something, too: that a client was not closed, for instance.
    assert [record.levelname for record in caplog.records if record.name == "otel_voice"] == ["WARNING"]
    assert "OurBugError" in caplog.text
    assert sink.outcomes == [Outcome.COMPLETED]


@pytest.mark.parametrize("case", cases(Streamed, Managed), ids=name)
async def test_memory_does_not_grow_with_the_stream(case: Case, simulators: Simulators) -> None:
    """What we hold for an open stream is as large after its last chunks as after its first."""
    with observing(case.provider):
        await case.exercise.drain(base(simulators), TIMEOUT)  # what is made once for each process
        async with case.exercise.opened(base(simulators, chunks=100), TIMEOUT) as reader:
            tracemalloc.start()
            try:
                early = await _held_after(5, reader.read)
                late = await _held_after(60, reader.read)
            finally:
                tracemalloc.stop()
            await reader.rest()
    assert late - early < MOST_GROWTH


async def _held_after(count: int, read: Callable[[], Any]) -> int:
    """Bytes that our own lines have allocated and not freed, after so many more items."""
    for _ in range(count):
        try:
            await read()
        except StopAsyncIteration:
            break
    kept = tracemalloc.take_snapshot().filter_traces(OURS)
    return sum(trace.size for trace in kept.traces)
