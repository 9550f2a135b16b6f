"""The contract of every point: the program cannot tell that its calls are observed."""

from __future__ import annotations

import contextvars
import inspect
import select
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import context as otel_context

from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import SECRET, Exercise, Managed, Session, Streamed, Whole
from tests.contract.matrix import TIMEOUT, Case, base, cases, name, observing

ANY = cases(Whole, Streamed, Managed, Session)
READ = cases(Streamed, Managed, Session)


@pytest.fixture
def deaf() -> Iterator[socket.socket]:
    """A port on which connections arrive and nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def _is_lazy(exercise: Exercise, returned: Any) -> bool:
    """Whether the call returned something that does its work later. Closes it where that would be missed."""
    if inspect.iscoroutine(returned):
        returned.close()
    later = (inspect.isawaitable, inspect.isgenerator, inspect.isasyncgen)
    return isinstance(exercise, Managed) or any(question(returned) for question in later)


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_same_result(case: Case, simulators: Simulators) -> None:
    """What the program gets is equal to what it gets without us, in objects of the very same types."""
    bare_types, bare = await case.exercise.drain(base(simulators), TIMEOUT)
    with observing(case.provider):
        types, mine = await case.exercise.drain(base(simulators), TIMEOUT)
    assert types == bare_types
    assert type(mine) is type(bare)
    if isinstance(mine, list):
        assert [type(item) for item in mine] == [type(item) for item in bare]
    assert mine == bare


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_same_laziness(case: Case, simulators: Simulators, deaf: socket.socket) -> None:
    """A call that does nothing until it is awaited, entered or iterated does nothing with us either."""
    if not _is_lazy(case.exercise, case.exercise.call(base(simulators), TIMEOUT)):
        return
    with observing(case.provider) as sink:
        returned = case.exercise.call(f"http://127.0.0.1:{deaf.getsockname()[1]}", TIMEOUT)
        arrived, _, _ = select.select([deaf], [], [], 0)
        assert _is_lazy(case.exercise, returned)
    assert arrived == []
    assert sink.started == []


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_context_is_the_same_after_it(case: Case, simulators: Simulators) -> None:
    """The current OpenTelemetry context and every context variable are after a use what they were before it."""
    with observing(case.provider):
        before, variables = otel_context.get_current(), dict(contextvars.copy_context())
        await case.exercise.drain(base(simulators), TIMEOUT)
        assert otel_context.get_current() is before
        assert dict(contextvars.copy_context()) == variables


@pytest.mark.parametrize("case", READ, ids=name)
async def test_context_is_the_same_between_items(case: Case, simulators: Simulators) -> None:
    """While a stream is open, the program's own code does not run inside of the operation."""
    with observing(case.provider):
        before, variables = otel_context.get_current(), dict(contextvars.copy_context())
        async with case.exercise.opened(base(simulators), TIMEOUT) as reader:
            await reader.read()
            assert otel_context.get_current() is before
            assert dict(contextvars.copy_context()) == variables
            await reader.rest()


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_suppressed(case: Case, simulators: Simulators) -> None:
    """A sink that is switched off sees nothing, and the program gets what it gets without us."""
    _, bare = await case.exercise.drain(base(simulators), TIMEOUT)
    sink = RecordingSink()
    sink.on = False
    with observing(case.provider, sink):
        _, mine = await case.exercise.drain(base(simulators), TIMEOUT)
    assert mine == bare
    assert sink.started == []


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_left_behind(case: Case, simulators: Simulators) -> None:
    """A use that began while we were installed ends after we left, and its record with it."""
    with observing(case.provider) as sink:
        opened = case.exercise.opened(base(simulators), TIMEOUT)
        reader = await opened.__aenter__()
    await reader.rest()
    await opened.__aexit__(None, None, None)
    assert len(sink.records) == len(sink.started) <= 1


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_no_content(case: Case, simulators: Simulators) -> None:
    """Unless somebody asked for content, nothing of what people said is in a record."""
    with observing(case.provider) as sink:
        await case.exercise.drain(base(simulators), TIMEOUT)
    for record in sink.records:
        said = [key for key, value in vars(record).items() if key.endswith("_content") and value]
        assert said == []
        assert not [word for word in ("sesame", "merchant") if word in repr(_leaves(vars(record)))]


@pytest.mark.parametrize("case", ANY, ids=name)
async def test_content_when_asked_for(case: Case, simulators: Simulators) -> None:
    """When somebody asked for content, what was said is in the record, and the result is the same."""
    _, bare = await case.exercise.drain(base(simulators), TIMEOUT)
    with observing(case.provider, RecordingSink(wants_content=True)) as sink:
        _, mine = await case.exercise.drain(base(simulators), TIMEOUT)
    assert mine == bare
    said = [value for key, value in vars(sink.records[0]).items() if key.endswith("_content")]
    assert SECRET.split()[-1] in repr(said)


def _leaves(value: Any) -> list[Any]:
    """Everything in it that prints itself."""
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, list | tuple):
        return [leaf for each in value for leaf in _leaves(each)]
    slots = getattr(type(value), "__slots__", ()) if type(value).__module__.startswith("otel_voice") else ()
    return [leaf for slot in slots for leaf in _leaves(getattr(value, slot, None))] or [value]


@pytest.mark.parametrize("case", cases(Streamed, Managed), ids=name)
async def test_no_item_is_kept(case: Case, simulators: Simulators) -> None:
    """In mid-stream, an item that the program let go of is held by nobody on our account."""
    address = base(simulators, chunks=12)
    bare = await _references(case.exercise, address)
    with observing(case.provider):
        assert await _references(case.exercise, address) == bare


async def _references(exercise: Exercise, address: str) -> int:
    async with exercise.opened(address, TIMEOUT) as reader:
        items = [await reader.read() for _ in range(4)]
        held = sys.getrefcount(items[1])
        await reader.rest()
    return held
