"""Cohere's chat: what is read of request, answer and events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("cohere", reason="its SDK is not installed in this environment")

from otel_voice.observation.records import Inference, Operation, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.cohere_calls import MODEL, client, observed, request, streamed, whole
from tests.providers.openai_calls import BOOKING, COLOURS, MESSAGES, address, items, settled
from tests.watch import same_seconds, watched

WAYS: dict[str, Callable[..., Any]] = {"whole": whole, "streamed": streamed}

pytestmark = pytest.mark.parametrize("colour", COLOURS)
ways = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


@ways
async def test_an_answer_is_one_record(colour: str, way: str, simulators: Simulators, sink: RecordingSink) -> None:
    """What was asked for, what came back and what is billed, whole and streamed."""
    asked = {"temperature": 0.5, "p": 0.9, "max_tokens": 50, "seed": 7, "stop_sequences": ["END"]}
    answer = await WAYS[way](simulators, colour, **asked)
    record = sink.only(Inference)
    assert (record.outcome, record.provider, record.request_model) == (Outcome.COMPLETED, "cohere", MODEL)
    assert record.response_id == (answer[0] if way == "streamed" else answer).id
    assert (record.temperature, record.top_p, record.max_tokens, record.seed) == (0.5, 0.9, 50, 7)
    assert (record.stop_sequences, list(record.finish_reasons)) == (["END"], ["COMPLETE"])
    assert (record.input_tokens, record.output_tokens) == (7, 8)
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert (record.streamed, record.first_chunk_ns is not None) == (way == "streamed",) * 2
    assert not any((record.system_content, record.input_content, record.output_content))


@ways
async def test_tools_are_told_by_name_and_id(
    colour: str, way: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A tool the model asks for is in the answer's record, its result in the record of the next request."""
    asked: list[Any] = [{"role": "user", "content": "Book an appointment"}]
    await WAYS[way](simulators, colour, messages=asked, tools=[{"type": "function", "function": BOOKING}])
    first = sink.only(Inference)
    assert [tool.name for tool in first.tool_calls] == ["book_appointment"]
    call_id = first.tool_calls[0].call_id
    call = {"id": call_id, "type": "function", "function": {"name": "book_appointment", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": call_id, "content": "booked"}
    await WAYS[way](simulators, colour, messages=[*asked, {"role": "assistant", "tool_calls": [call]}, result])
    carried = sink.records[1]
    assert isinstance(carried, Inference)
    assert [(tool.call_id, tool.name) for tool in carried.tool_results] == [(call_id, "book_appointment")]


@ways
async def test_content_is_kept_when_it_is_asked_for(colour: str, way: str, simulators: Simulators) -> None:
    """Prompts, answers and arguments are read when somebody wants content."""
    asked = [{"role": "user", "content": "Book an appointment"}]
    with observed(RecordingSink(wants_content=True)) as sink:
        await WAYS[way](simulators, colour, "reply=Good morning.")
        await WAYS[way](simulators, colour, messages=asked, tools=[{"type": "function", "function": BOOKING}])
    first, second = sink.records
    assert isinstance(first, Inference)
    assert isinstance(second, Inference)
    assert first.input_content == MESSAGES
    assert first.output_content == [{"role": "assistant", "content": "Good morning."}]
    assert [tool.arguments for tool in second.tool_calls] == ['{"day": "today"}']


@ways
@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refusal_is_told_by_its_status(
    colour: str, way: str, status: int, simulators: Simulators, sink: RecordingSink
) -> None:
    """A refused call fails with the SDK's own error, and is told by its status."""
    with pytest.raises(Exception) as raised:
        await WAYS[way](simulators, colour, f"fail={status}")
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))


@ways
async def test_an_unreachable_server_is_a_failure(colour: str, way: str, sink: RecordingSink) -> None:
    """A connection that cannot be made has no status; it is told by its class."""
    made = client(colour, "http://127.0.0.1:9")
    with pytest.raises(Exception) as raised:
        await (items(made.chat_stream(**request())) if way == "streamed" else settled(made.chat(**request())))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, None, None)


async def test_a_stream_that_breaks_is_a_failure(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The error of a lost connection reaches the program, and the record fails with that object."""
    with pytest.raises(Exception) as raised:
        await streamed(simulators, colour, "drop_after=3,interval=0.01,chunks=6")
    assert sink.only(Operation).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


@watched
async def test_times_are_the_callers_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first event and the end are marked when the caller sees them, within 10 ms or 5 %."""
    made = client(colour, address(simulators, "first=0.1,interval=0.02,chunks=5"))
    sink.clear()
    stream: Any = made.chat_stream(**request())
    start = time.perf_counter()
    await (stream.__anext__() if colour else settled(next(stream)))
    first = time.perf_counter() - start
    await items(stream)
    total = time.perf_counter() - start
    record = sink.only(Operation)
    same_seconds(record.time_to_first_chunk, first)
    same_seconds(record.duration, total)
