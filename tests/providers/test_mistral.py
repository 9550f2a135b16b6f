"""Mistral chat completions: what is read of request, answer and events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Inference, Operation, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.mistral_calls import MODEL, client, completed, method, mistral, observed, streamed
from tests.providers.openai_calls import BOOKING, COLOURS, MESSAGES, items, settled
from tests.watch import same_seconds, watched

WAYS: dict[str, Callable[..., Any]] = {"complete": completed, "stream": streamed}

pytestmark = pytest.mark.parametrize("colour", COLOURS)
ways = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


@ways
async def test_an_answer_is_one_record(colour: str, way: str, simulators: Simulators, sink: RecordingSink) -> None:
    """What was asked for, what came back and what it cost, whole and streamed."""
    asked = {"temperature": 0.5, "top_p": 0.9, "max_tokens": 50, "random_seed": 7, "stop": ["END"]}
    answer = await WAYS[way](client(simulators), colour, **asked)
    record = sink.only(Inference)
    assert record.outcome is Outcome.COMPLETED
    assert (record.provider, record.request_model, record.response_model) == ("mistral_ai", MODEL, MODEL)
    assert record.response_id == (answer[0].data if way == "stream" else answer).id
    assert (record.temperature, record.top_p, record.max_tokens, record.seed) == (0.5, 0.9, 50, 7)
    assert (record.input_tokens, record.output_tokens) == (7, 8)
    assert (record.cached_input_tokens, record.reasoning_tokens) == (None, None)
    assert (list(record.finish_reasons), record.stop_sequences) == (["stop"], ["END"])
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert (record.streamed, record.first_chunk_ns is not None) == (way == "stream",) * 2
    assert (record.request_id is not None) == (way == "stream")  # the SDK hides the headers of a whole answer
    assert not any((record.system_content, record.input_content, record.output_content))


@ways
async def test_tools_are_told_by_name_and_id(
    colour: str, way: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A tool the model asks for is in the answer's record, its result in the record of the next request."""
    asked: list[Any] = [{"role": "user", "content": "Book an appointment"}]
    tools = [{"type": "function", "function": BOOKING}]
    made = client(simulators)
    await WAYS[way](made, colour, messages=asked, tools=tools)
    first = sink.only(Inference)
    assert [tool.name for tool in first.tool_calls] == ["book_appointment"]
    call_id = first.tool_calls[0].call_id
    call = {"id": call_id, "type": "function", "function": {"name": "book_appointment", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": call_id, "content": "booked", "name": "book_appointment"}
    history = [*asked, {"role": "assistant", "content": "", "tool_calls": [call]}, result]
    await WAYS[way](made, colour, messages=history)
    carried = sink.records[1]
    assert isinstance(carried, Inference)
    assert [(tool.call_id, tool.name) for tool in carried.tool_results] == [(call_id, "book_appointment")]


@ways
async def test_content_is_kept_when_it_is_asked_for(colour: str, way: str, simulators: Simulators) -> None:
    """Prompts and answers are read when somebody wants content."""
    with observed(RecordingSink(wants_content=True)) as sink:
        await WAYS[way](client(simulators, "reply=Good morning."), colour)
    record = sink.only(Inference)
    assert record.input_content == MESSAGES
    assert record.output_content == [{"role": "assistant", "content": "Good morning."}]


@ways
@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refusal_is_told_by_its_status(
    colour: str, way: str, simulators: Simulators, sink: RecordingSink, status: int
) -> None:
    """A refused call fails with the provider's own error, told by its status and the id for support."""
    with pytest.raises(Exception) as raised:
        await WAYS[way](client(simulators, f"fail={status}"), colour)
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))
    assert record.request_id is not None


@ways
async def test_an_unreachable_server_is_a_failure(colour: str, way: str, sink: RecordingSink) -> None:
    """A connection that cannot be made has no status; it is told by its class."""
    with pytest.raises(Exception) as raised:
        await WAYS[way](mistral("http://127.0.0.1:9"), colour)
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, None, None)


@pytest.mark.parametrize("accident", ["drop_after", "malformed_after"])
async def test_a_stream_that_breaks_is_a_failure(
    colour: str, accident: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The error of a lost connection or a broken event reaches the program, and the record fails with that object."""
    with pytest.raises(Exception) as raised:
        await streamed(client(simulators, f"{accident}=3,interval=0.01,chunks=6"), colour)
    assert sink.only(Operation).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


@watched
async def test_times_are_the_callers_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first event and the end are marked when the caller sees them, within 10 ms or 5 %."""
    made = client(simulators, "first=0.1,interval=0.02,chunks=5")
    sink.clear()
    start = time.perf_counter()
    stream: Any = await settled(method(made, colour, "stream")(model=MODEL, messages=MESSAGES))
    await (stream.__anext__() if colour else settled(next(stream)))
    first = time.perf_counter() - start
    await items(stream)
    total = time.perf_counter() - start
    record = sink.only(Operation)
    same_seconds(record.time_to_first_chunk, first)
    same_seconds(record.duration, total)
