"""The contract of every point: however a use of it ends, exactly one record tells so."""

from __future__ import annotations

import asyncio
import gc
import inspect

import pytest

from otel_voice.observation.records import Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import Exercise, Managed, Session, Streamed, Whole, settled
from tests.contract.matrix import TIMEOUT, Case, base, cases, failure, name, observing, said, until

ANY = cases(Whole, Streamed, Managed, Session)
READ = cases(Streamed, Managed, Session)
ENTERED = cases(Managed, Session)
LONG = 30.0


def _is_async(exercise: Exercise, simulators: Simulators) -> bool:
    """Whether a task that uses it can be cancelled."""
    returned = exercise.call(base(simulators), TIMEOUT)
    found = any(hasattr(returned, method) for method in ("__await__", "__anext__", "__aenter__"))
    if inspect.iscoroutine(returned):
        returned.close()
    return found and not hasattr(returned, "__next__")  # a stream may have both, of which it is one


async def _one(sink: RecordingSink, outcome: Outcome) -> None:
    await until(lambda: sink.records, "a record has ended")
    assert sink.outcomes == [outcome]
    assert len(sink.started) == 1
    assert sink.entered == sink.left


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_drained(case: Case, simulators: Simulators) -> None:
    """A use that is read to its end is one completed record, with the marks of what was read."""
    with observing(case.provider) as sink:
        await case.exercise.drain(base(simulators), TIMEOUT)
        await _one(sink, Outcome.COMPLETED)
    record = sink.records[0]
    assert record.ended_ns is not None
    assert record.ended_ns >= record.started_ns


@pytest.mark.parametrize("case", cases(Streamed, Managed), ids=name)
async def test_first_and_last_chunk_are_marked(case: Case, simulators: Simulators) -> None:
    """A stream's first chunk is told to the sink once, and its marks are in order."""
    with observing(case.provider) as sink:
        await case.exercise.drain(base(simulators), TIMEOUT)
    record = sink.records[0]
    assert sink.first_chunks == [record]
    assert record.first_chunk_ns is not None
    assert record.last_chunk_ns is not None
    assert record.ended_ns is not None
    assert record.started_ns < record.first_chunk_ns <= record.last_chunk_ns <= record.ended_ns


@pytest.mark.parametrize("case", READ, ids=name)
async def test_broken_out_of(case: Case, simulators: Simulators) -> None:
    """A use that is left after its first item is one interrupted record."""
    with observing(case.provider) as sink:
        async with case.exercise.opened(base(simulators, interval=0.02), TIMEOUT) as reader:
            await reader.read()
        del reader
        await _one(sink, Outcome.INTERRUPTED)


@pytest.mark.parametrize("case", cases(Streamed), ids=name)
async def test_closed(case: Case, simulators: Simulators) -> None:
    """A stream that is closed after its first item is one interrupted record, at once."""
    with observing(case.provider) as sink:
        async with case.exercise.opened(base(simulators, interval=0.02), TIMEOUT) as reader:
            await reader.read()
            await reader.close()
            assert sink.outcomes == [Outcome.INTERRUPTED] or not case.exercise.closes_at_once
        await _one(sink, Outcome.INTERRUPTED)


@pytest.mark.parametrize("case", cases(Streamed), ids=name)
async def test_never_read(case: Case, simulators: Simulators) -> None:
    """A stream that is dropped before it is read leaves no operation open."""
    with observing(case.provider) as sink:
        async with case.exercise.opened(base(simulators), TIMEOUT):
            pass
        await until(lambda: len(sink.records) == len(sink.started), "all that began has ended")
        assert len(sink.records) <= 1


@pytest.mark.parametrize("case", ENTERED, ids=name)
async def test_entered_and_dropped(case: Case, simulators: Simulators) -> None:
    """A context manager that is entered and forgotten leaves no operation open."""
    with observing(case.provider) as sink:
        manager = await settled(case.exercise.call(base(simulators), TIMEOUT))
        enter = getattr(manager, "__aenter__", None) or manager.__enter__
        await settled(enter())
        del manager, enter
        gc.collect()
        await until(lambda: len(sink.records) == len(sink.started), "all that began has ended")
        assert len(sink.records) <= 1


@pytest.mark.parametrize("case", ENTERED, ids=name)
async def test_error_of_the_caller(case: Case, simulators: Simulators) -> None:
    """An error that the program raises inside the block reaches it unchanged, and is not the provider's."""
    error = ValueError("the program's own")
    with observing(case.provider) as sink:
        with pytest.raises(ValueError) as caught:
            async with case.exercise.opened(base(simulators, interval=0.02), TIMEOUT) as reader:
                await reader.read()
                raise error
        assert caught.value is error
        await _one(sink, Outcome.INTERRUPTED)
        assert sink.errors == [None]


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_cancelled(case: Case, simulators: Simulators) -> None:
    """A task that is cancelled while it waits for the provider is one interrupted record."""
    if not _is_async(case.exercise, simulators):
        return
    pace = {"first": LONG} if isinstance(case.exercise, Whole) else {"interval": LONG}
    with observing(case.provider) as sink:
        task = asyncio.create_task(case.exercise.drain(base(simulators, **pace), LONG * 2))
        await until(lambda: sink.started, "the operation has begun")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        await _one(sink, Outcome.INTERRUPTED)


@pytest.mark.parametrize("case", [case for case in ANY if case.exercise.can_time_out], ids=name)
async def test_timed_out(case: Case, simulators: Simulators) -> None:
    """A provider that does not answer in time is one failed record, and the SDK's own time-out error."""
    address = base(simulators, first=LONG)
    bare = await failure(case.exercise, address, 0.1)
    with observing(case.provider) as sink:
        mine = await failure(case.exercise, address, 0.1)
        await _one(sink, Outcome.FAILED)
    assert said(mine) == said(bare)
    assert sink.errors[0] is mine


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_refused(case: Case, simulators: Simulators) -> None:
    """A refusal reaches the program as the provider's very own error, and is one failed record."""
    address = base(simulators, fail=401)
    bare = await failure(case.exercise, address)
    with observing(case.provider) as sink:
        mine = await failure(case.exercise, address)
        await _one(sink, Outcome.FAILED)
    assert said(mine) == said(bare)
    assert sink.errors[0] is mine


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_connection_lost(case: Case, simulators: Simulators) -> None:
    """A connection that breaks in the middle reaches the program as the SDK's very own error: one failed record."""
    address = base(simulators, drop_after=2, interval=0.02)
    bare = await failure(case.exercise, address)
    with observing(case.provider) as sink:
        mine = await failure(case.exercise, address)
        await _one(sink, Outcome.FAILED)
    assert said(mine) == said(bare)
    assert sink.errors[0] is (mine.__cause__ if case.exercise.rewords_errors else mine)
