"""timer, traced, integration and tool: as a block, a decorator, in coroutines, failing, and left early."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from opentelemetry import trace

import otel_voice
from otel_voice.capture import guard
from otel_voice.logs import context as log_context
from otel_voice.telemetry import names, program
from tests.events.conftest import Said
from tests.unit.conversing import Clock

BLOCKS: dict[str, Callable[[], Any]] = {
    "timer": lambda: otel_voice.timer("work"),
    "traced": lambda: otel_voice.traced(name="work"),
    "integration": lambda: otel_voice.integration("crm", "lookup"),
    "tool": lambda: otel_voice.tool("lookup"),
}
SPAN = {"timer": "work", "traced": "work", "integration": "crm lookup", "tool": "execute_tool lookup"}

of_each = pytest.mark.parametrize("helper", BLOCKS)


class FailedError(Exception):
    pass


class ReadTimeout(Exception):  # noqa: N818
    """As httpx names its own."""


def current() -> bool:
    """Whether a span is current."""
    return trace.get_current_span().get_span_context().is_valid


@of_each
def test_a_block_is_a_span_that_is_current_inside(said: Said, helper: str) -> None:
    with BLOCKS[helper]():
        inside = trace.get_current_span().get_span_context().span_id
    assert said.span(SPAN[helper]).context.span_id == inside
    assert not current()


@of_each
async def test_a_block_around_what_is_awaited(said: Said, helper: str) -> None:
    async with BLOCKS[helper]():
        await asyncio.sleep(0)
        assert current()
    assert said.span(SPAN[helper])
    assert not current()


@of_each
def test_a_function_keeps_its_name_and_its_answer(said: Said, helper: str) -> None:
    """Each call is a span of its own."""

    @BLOCKS[helper]()
    def double(number: int) -> int:
        """Twice."""
        return 2 * number

    assert [double(2), double(number=3)] == [4, 6]
    assert (double.__name__, double.__doc__) == ("double", "Twice.")
    assert len(said.spans()) == 2


@of_each
async def test_a_coroutine_stays_one(said: Said, helper: str) -> None:
    """The span lasts until it is awaited to its end; calls at the same time do not mix."""

    @BLOCKS[helper]()
    async def work() -> int:
        mine = trace.get_current_span()
        await asyncio.sleep(0)
        assert trace.get_current_span() is mine
        return mine.get_span_context().span_id

    assert asyncio.iscoroutinefunction(work)
    seen = await asyncio.gather(*(work() for _ in range(20)))
    assert sorted(seen) == sorted(span.context.span_id for span in said.spans())
    assert len(set(seen)) == 20


@of_each
def test_the_programs_exception_is_the_very_object(said: Said, helper: str) -> None:
    """It passes, the span says it, and no span stays current."""
    error = FailedError("no line to +41 79 123 45 67")
    with pytest.raises(FailedError) as caught, BLOCKS[helper]():
        raise error
    span = said.span(SPAN[helper])
    assert caught.value is error
    assert span.status.description == "no line to [phone]"
    assert span.attributes[names.ERROR_TYPE] == "FailedError"
    assert span.events == ()
    assert not current()


@of_each
async def test_a_cancelled_task_is_no_failure(said: Said, helper: str) -> None:
    """It is cancelled as ever; the span says that it was left before its end."""

    @BLOCKS[helper]()
    async def forever() -> None:
        started.set()
        await asyncio.Event().wait()

    started = asyncio.Event()
    task = asyncio.create_task(forever())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    span = said.span(SPAN[helper])
    assert span.attributes[names.VOICE_INTERRUPTED] is True
    assert span.status.is_unset


@of_each
def test_a_generator_is_refused(said: Said, helper: str) -> None:
    """At once and with what to do, not by a span that leaks at its first yield."""

    def words() -> Iterator[str]:
        yield "one"

    async def later() -> Any:
        yield "one"

    for generator in (words, later):
        with pytest.raises(TypeError, match="is a generator function"):
            BLOCKS[helper]()(generator)


@of_each
def test_generators_read_in_turn_leave_no_span_current(said: Said, helper: str) -> None:
    """Blocks that end in another order than they began give everything back."""

    def words() -> Iterator[str]:
        with BLOCKS[helper]():
            yield "one"

    first, second = words(), words()
    next(first), next(second)
    assert [list(first), list(second)] == [[], []]
    assert len(said.spans()) == 2
    assert not current()


@of_each
def test_one_block_object_in_many_threads(said: Said, helper: str) -> None:
    """Each thread has a span of its own, and ends that."""
    block, together = BLOCKS[helper](), threading.Barrier(8, timeout=30)

    def work() -> int:
        with block:
            together.wait()
            mine = trace.get_current_span().get_span_context().span_id
            together.wait()
        assert not current()
        return mine

    with ThreadPoolExecutor(8) as pool:
        seen = [future.result() for future in [pool.submit(work) for _ in range(8)]]
    assert sorted(seen) == sorted(span.context.span_id for span in said.spans())


@of_each
def test_a_block_in_a_call_is_a_part_of_its_turn(said: Said, helper: str) -> None:
    """Under the program's own span where there is one, else under the turn, else under the conversation."""
    with otel_voice.conversation("call-1"):
        with BLOCKS[helper]():
            pass
        with otel_voice.turn(), BLOCKS[helper](), BLOCKS[helper]():
            pass
    spans = {span.context.span_id: span for span in said.spans()}
    parents = [spans[span.parent.span_id].name for span in spans.values() if span.name == SPAN[helper]]
    assert sorted(parents) == sorted(["conversation", SPAN[helper], "turn"])
    assert all(span.attributes[names.VOICE_CONVERSATION_ID] == "call-1" for span in spans.values())


def test_a_timer_is_a_histogram_and_a_performance_log(said: Said, clock: Clock) -> None:
    """The same seconds in both, and in the program's hands."""
    clock.at(1.0)
    with otel_voice.timer("db_query") as timed:
        clock.at(1.25)
    record = said.event(names.EVENT_VOICE_TIMER_COMPLETED)
    assert timed.seconds == record.attributes[names.VOICE_TIMER_DURATION] == 0.25
    assert record.attributes[names.VOICE_LOG_CATEGORY] == "performance"
    assert record.body == "db_query took 0.250 s"
    assert record.span_id == said.span("db_query").context.span_id
    assert said.values("voice.timer.duration") == {("db_query",): (1, 0.25)}


def test_a_timer_tells_failures_apart(said: Said, clock: Clock) -> None:
    """A failed measurement is a series of its own."""
    with pytest.raises(FailedError), otel_voice.timer("db_query"):
        clock.at(2.0)
        raise FailedError
    assert said.values("voice.timer.duration") == {("db_query", "FailedError"): (1, 2.0)}


@pytest.mark.parametrize(
    ("error", "event", "labels"),
    [
        (None, "voice.integration.success", ("crm", "lookup", "success")),
        (FailedError("503"), "voice.integration.failure", ("crm", "lookup", "failure")),
        (TimeoutError(), "voice.integration.timeout", ("crm", "lookup", "timeout")),
        (asyncio.TimeoutError(), "voice.integration.timeout", ("crm", "lookup", "timeout")),
        (ReadTimeout(), "voice.integration.timeout", ("crm", "lookup", "timeout")),
        (asyncio.CancelledError(), "voice.integration.cancelled", ("crm", "lookup", "cancelled")),
    ],
)
def test_an_integration_tells_its_request_and_how_it_ended(
    said: Said, clock: Clock, error: BaseException | None, event: str, labels: tuple[str, ...]
) -> None:
    """Two events, one request counted, and its latency."""
    try:
        with otel_voice.integration("crm", "lookup"):
            clock.at(0.5)
            if error is not None:
                raise error
    except BaseException as raised:
        assert raised is error
    assert said.names() == ["voice.integration.request", event]
    assert said.values("voice.integration.requests") == {labels: 1}
    [(where, latency)] = said.values("voice.integration.duration").items()
    assert (where[:3], latency) == (labels, (1, 0.5))


def test_an_answer_that_is_no_exception_can_be_a_failure(said: Said) -> None:
    """The program says so, and by what."""
    with otel_voice.integration("crm", "lookup") as request:
        request.failed("404")
    with otel_voice.integration("crm", "lookup") as request:
        request.timed_out()
    assert said.values("voice.integration.requests") == {
        ("crm", "lookup", "failure"): 1,
        ("crm", "lookup", "timeout"): 1,
    }
    assert [span.attributes[names.ERROR_TYPE] for span in said.spans()] == ["404", "timeout"]
    assert said.event("voice.integration.failure").attributes[names.ERROR_TYPE] == "404"


def test_a_tool_is_called_and_succeeds(said: Said, clock: Clock) -> None:
    """A span as the conventions name it, two events, and the metrics."""
    with otel_voice.tool("book", call_id="call_7"):
        clock.at(0.75)
    span = said.span("execute_tool book")
    assert span.attributes[names.GEN_AI_OPERATION_NAME] == "execute_tool"
    assert span.attributes[names.GEN_AI_TOOL_CALL_ID] == "call_7"
    assert said.names() == ["voice.tool.called", "voice.tool.success"]
    assert said.values("voice.tool.calls") == {("book", "success"): 1}
    assert said.values("voice.tool.duration") == {("book", "success"): (1, 0.75)}


@pytest.mark.parametrize("ending", ["denied", "confirmation_required"])
def test_a_tool_that_may_not_go_on(said: Said, ending: str) -> None:
    """In a block it is the outcome of the call; without one it is told at once. Both say why."""
    with otel_voice.tool("refund") as call:
        getattr(call, ending)("over the limit")
    getattr(otel_voice.tool("refund"), ending)("over the limit")
    records = said.events(f"voice.tool.{ending}")
    assert [record.attributes[names.VOICE_REASON] for record in records] == ["over the limit"] * 2
    assert said.values("voice.tool.calls") == {("refund", ending): 2}
    assert len(said.spans()) == 1


def test_a_tool_without_a_block(said: Said) -> None:
    """Each form says one thing."""
    tool = otel_voice.tool("book")
    tool.called()
    tool.succeeded(0.5)
    tool.failed(FailedError("no slot"), 1.5)
    assert said.names() == ["voice.tool.called", "voice.tool.success", "voice.tool.failure"]
    assert said.values("voice.tool.duration") == {("book", "success"): (1, 0.5), ("book", "failure"): (1, 1.5)}
    assert said.event("voice.tool.failure").attributes[names.EXCEPTION_MESSAGE] == "no slot"


def test_a_tool_that_times_out_has_failed(said: Said) -> None:
    """An exception says more than what the program said before it."""
    with pytest.raises(TimeoutError), otel_voice.tool("book") as call:
        call.denied("too late")
        raise TimeoutError
    assert said.values("voice.tool.calls") == {("book", "failure"): 1}
    assert said.event("voice.tool.failure").attributes[names.ERROR_TYPE] == "TimeoutError"


def test_a_tool_that_the_program_tells_is_not_inferred_once_more(said: Said) -> None:
    """One execution is one span: the model's next request, which carries the result, adds none."""
    from otel_voice.conversations.tools import Tools
    from otel_voice.observation.records import Inference, ToolRequest

    tools, asking, carrying = Tools(), Inference("openai"), Inference("openai")
    asking.tool_calls = [ToolRequest("id-1", "book"), ToolRequest("id-2", "book")]
    carrying.tool_results = [ToolRequest("id-1"), ToolRequest("id-2")]
    asking.ended_ns = asking.started_ns
    tools.asked(asking, None)
    tools.told("call-1", "book")
    assert [execution.call_id for execution, _ in tools.answered(carrying, "call-1")] == ["id-2"]


def test_traced_names_its_span_like_the_function(said: Said) -> None:
    """With and without arguments."""

    @otel_voice.traced
    def plain() -> int:
        return 1

    @otel_voice.traced(component="billing")
    def settle() -> str | None:
        known = log_context.current()
        return None if known is None else str(known.attributes[names.VOICE_COMPONENT])

    assert plain() == 1
    assert settle() == "billing"
    assert log_context.current() is None
    first, second = said.spans()
    assert first.name.endswith("<locals>.plain")
    assert second.attributes[names.VOICE_COMPONENT] == "billing"


def test_a_log_record_within_names_its_component(said: Said) -> None:
    """With the conversation's ids beside it, in coroutines and events too."""
    with otel_voice.conversation("call-1"), otel_voice.traced(name="settle", component="billing"):
        otel_voice.event("queue.depth", queue="night", depth=1)
        known = log_context.current()
    assert known is not None
    assert known.attributes[names.VOICE_CONVERSATION_ID] == "call-1"
    assert known.attributes[names.VOICE_COMPONENT] == "billing"
    assert said.event("voice.queue.depth").attributes[names.VOICE_COMPONENT] == "billing"


@of_each
def test_our_failure_is_not_the_programs(
    said: Said, helper: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where telemetry itself breaks, the program goes on, with its own exceptions."""

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(guard, "strict", False)
    for name in ("start", "event", "measure"):
        monkeypatch.setattr(program.Program, name, broken)
    with BLOCKS[helper]():
        done = True
    with pytest.raises(FailedError), BLOCKS[helper]():
        raise FailedError
    otel_voice.event("queue.depth", queue="night", depth=1)
    otel_voice.alert("info", "title", "message")
    assert done
    assert not current()
    assert all("Your program is not affected" in each for each in caplog.messages)


def test_a_span_that_cannot_be_told_is_ended_all_the_same(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not current any more."""

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(guard, "strict", False)
    monkeypatch.setattr(program.Program, "event", broken)
    with otel_voice.timer("work"):
        pass
    assert said.span("work").end_time is not None
    assert not current()


def test_traced_takes_no_class(said: Said) -> None:
    """A function in its place would break isinstance()."""
    with pytest.raises(TypeError, match="not the class"):
        otel_voice.traced(logging.Logger)
