"""Ollama's chat and completions: what is read of request, answer and lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("ollama", reason="its SDK is not installed in this environment")

from otel_voice.observation.records import Inference, Operation, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.ollama_calls import MODEL, SURFACES, client, observed, streamed, whole
from tests.providers.openai_calls import BOOKING, COLOURS, MESSAGES, address, items, settled
from tests.watch import same_seconds, watched

WAYS: dict[str, Callable[..., Any]] = {"whole": whole, "streamed": streamed}
OPERATIONS = {"chat": "chat", "generate": "text_completion"}

pytestmark = pytest.mark.parametrize("colour", COLOURS)
ways = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


@ways
@pytest.mark.parametrize("surface", SURFACES)
async def test_an_answer_is_one_record(
    colour: str, surface: str, way: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """What was asked for, what came back and what it used, whole and streamed."""
    options = {"temperature": 0.5, "top_p": 0.9, "num_predict": 50, "seed": 7, "stop": ["END"]}
    await WAYS[way](simulators, colour, surface, options=options, format="json")
    record = sink.only(Inference)
    assert (record.outcome, record.operation) == (Outcome.COMPLETED, OPERATIONS[surface])
    assert (record.provider, record.request_model, record.response_model) == ("ollama", MODEL, MODEL)
    assert (record.temperature, record.top_p, record.max_tokens, record.seed) == (0.5, 0.9, 50, 7)
    assert (record.stop_sequences, record.output_type) == (["END"], "json")
    assert (record.input_tokens, record.output_tokens, record.finish_reasons) == (7, 8, ["stop"])
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert (record.streamed, record.first_chunk_ns is not None) == (way == "streamed",) * 2
    assert not any((record.system_content, record.input_content, record.output_content))


@ways
@pytest.mark.parametrize("surface", SURFACES)
async def test_content_is_kept_when_it_is_asked_for(
    colour: str, surface: str, way: str, simulators: Simulators
) -> None:
    """Prompts and answers are read when somebody wants content."""
    with observed(RecordingSink(wants_content=True)) as sink:
        await WAYS[way](simulators, colour, surface, "reply=Good morning.")
    record = sink.only(Inference)
    assert record.input_content == MESSAGES
    assert record.output_content == [{"role": "assistant", "content": "Good morning."}]


@ways
async def test_tools_are_told_by_name(colour: str, way: str, simulators: Simulators) -> None:
    """A tool the model asks for is in the answer's record, its result in the record of the next request."""
    asked: list[Any] = [{"role": "user", "content": "Book an appointment"}]
    tools = [{"type": "function", "function": BOOKING}]
    call = {"function": {"name": "book_appointment", "arguments": {}}}
    result = {"role": "tool", "content": "booked", "tool_name": "book_appointment"}
    with observed(RecordingSink(wants_content=True)) as sink:
        await WAYS[way](simulators, colour, "chat", messages=asked, tools=tools)
        await WAYS[way](
            simulators, colour, "chat", messages=[*asked, {"role": "assistant", "tool_calls": [call]}, result]
        )
    first, second = sink.records
    assert isinstance(first, Inference)
    assert isinstance(second, Inference)
    assert [(tool.name, tool.arguments) for tool in first.tool_calls] == [("book_appointment", '{"day": "today"}')]
    assert [tool.result for tool in second.tool_results] == ["booked"]


async def test_other_requests_are_not_looked_at(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """What a client asks of its server besides is nobody's answer."""
    with pytest.raises(Exception, match="404"):
        await settled(client(colour, address(simulators)).list())
    assert sink.started == []


@ways
@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refusal_is_told_by_its_status(
    colour: str, way: str, status: int, simulators: Simulators, sink: RecordingSink
) -> None:
    """A refused call fails with the SDK's own error, and is told by its status."""
    with pytest.raises(Exception) as raised:
        await WAYS[way](simulators, colour, "chat", f"fail={status}")
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))


async def test_an_unreachable_server_is_a_failure(colour: str, sink: RecordingSink) -> None:
    """A server that does not run, the usual failure of one's own, has no status."""
    with pytest.raises(ConnectionError) as raised:
        await settled(client(colour, "http://127.0.0.1:9").chat(model=MODEL, messages=MESSAGES))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, None, None)


@pytest.mark.parametrize("accident", ["drop_after", "malformed_after"])
async def test_a_stream_that_breaks_is_a_failure(
    colour: str, accident: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The error of a lost connection or a broken line reaches the program, and the record fails with that object."""
    with pytest.raises(Exception) as raised:
        await streamed(simulators, colour, "chat", f"{accident}=3,interval=0.01,chunks=6")
    assert sink.only(Operation).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


@watched
async def test_times_are_the_callers_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first part and the end are marked when the caller sees them, within 10 ms or 5 %."""
    made = client(colour, address(simulators, "first=0.1,interval=0.02,chunks=5"))
    sink.clear()
    stream: Any = await settled(made.chat(model=MODEL, messages=MESSAGES, stream=True))
    start = time.perf_counter()
    await (stream.__anext__() if colour else settled(next(stream)))
    first = time.perf_counter() - start
    await items(stream)
    total = time.perf_counter() - start
    record = sink.only(Operation)
    same_seconds(record.time_to_first_chunk, first)
    same_seconds(record.duration, total)
