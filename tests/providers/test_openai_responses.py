"""OpenAI responses: what is read of request, response and events, in every way the SDK offers."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from otel_voice.observation.records import Inference, Outcome
from otel_voice.providers.openai_responses import Responses
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import BOOKING, COLOURS, DATED, MODEL, client, entered, items, observed, settled

REQUEST = {"model": MODEL, "input": "Hello there"}
TOOLS = [{"type": "function", "strict": False, **BOOKING}]

colours = pytest.mark.parametrize("colour", COLOURS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


def check(record: Inference, response: Any) -> None:
    assert record.outcome is Outcome.COMPLETED
    assert (record.provider, record.request_model, record.response_model) == ("openai", MODEL, DATED)
    assert record.response_id == response.id
    assert (record.input_tokens, record.output_tokens) == (response.usage.input_tokens, response.usage.output_tokens)
    assert (record.cached_input_tokens, record.reasoning_tokens) == (0, 0)
    assert list(record.finish_reasons) == ["completed"]
    assert record.request_id is not None
    assert record.request_id.startswith("req_")
    assert record.output_content is None


@colours
async def test_a_response_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """What was asked for, what came back and what it cost are read from a whole response."""
    asked = {"temperature": 0.5, "top_p": 0.9, "max_output_tokens": 50}
    response = await settled(client(colour, simulators).responses.create(**REQUEST, **asked))
    record = sink.only(Inference)
    check(record, response)
    assert (record.temperature, record.top_p, record.max_tokens) == (0.5, 0.9, 50)
    assert (record.streamed, record.first_chunk_ns) == (False, None)


@colours
async def test_a_stream_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The same facts are read from the last event."""
    events = await items(client(colour, simulators).responses.create(**REQUEST, stream=True))
    record = sink.only(Inference)
    check(record, events[-1].response)
    assert record.streamed
    assert record.first_chunk_ns is not None


@colours
async def test_parse_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The helper that parses does not go through `create`, and is observed all the same."""
    from pydantic import BaseModel

    class Booking(BaseModel):
        day: str

    response = await settled(client(colour, simulators).responses.parse(**REQUEST, text_format=Booking))
    record = sink.only(Inference)
    check(record, response)
    assert record.output_type == "json"


@colours
async def test_the_stream_helper_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """`stream` goes through `create`, so it is one record and not two."""
    async with entered(client(colour, simulators).responses.stream(**REQUEST)) as stream:
        await items(stream)
        response = await settled(stream.get_final_response())
    check(sink.only(Inference), response)


@colours
async def test_a_raw_response_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A raw response is read without parsing it in the program's stead."""
    raw = await settled(client(colour, simulators).responses.with_raw_response.create(**REQUEST))
    check(sink.only(Inference), raw.parse())


@colours
async def test_a_streamed_response_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A body that was not read yet is read while the program parses it."""
    async with entered(client(colour, simulators).responses.with_streaming_response.create(**REQUEST)) as raw:
        response = await settled(raw.parse())
    check(sink.only(Inference), response)


@colours
@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_cut_short_says_why(
    colour: str, simulators: Simulators, sink: RecordingSink, stream: bool
) -> None:
    """The finish reason of an incomplete response is what made it incomplete; it is no failure."""
    answer = await settled(client(colour, simulators).responses.create(**REQUEST, max_output_tokens=1, stream=stream))
    if stream:
        await items(answer)
    record = sink.only(Inference)
    assert (record.outcome, list(record.finish_reasons)) == (Outcome.COMPLETED, ["max_output_tokens"])


@colours
@pytest.mark.parametrize("stream", [False, True])
async def test_tools_and_their_results_are_told(
    colour: str, simulators: Simulators, sink: RecordingSink, stream: bool
) -> None:
    """The tools a response asks for are told, and so are the results that the next request carries back."""
    responses = client(colour, simulators).responses
    asked = [{"role": "user", "content": "Book an appointment tomorrow"}]
    answer = await settled(responses.create(model=MODEL, input=asked, tools=TOOLS, stream=stream))
    if stream:
        await items(answer)
    first = sink.only(Inference)
    assert [tool.name for tool in first.tool_calls] == ["book_appointment"]
    call_id = first.tool_calls[0].call_id
    call = {"type": "function_call", "call_id": call_id, "name": "book_appointment", "arguments": "{}"}
    result = {"type": "function_call_output", "call_id": call_id, "output": "booked"}
    await settled(responses.create(model=MODEL, input=[*asked, call, result]))
    carried = sink.records[1]
    assert isinstance(carried, Inference)
    assert [tool.call_id for tool in carried.tool_results] == [call_id]
    assert (first.tool_calls[0].arguments, carried.tool_results[0].result) == (None, None)


@colours
async def test_tools_are_told_of_a_stream_left_early(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A program that leaves when it has its tool call has still been asked for it."""
    asked = [{"role": "user", "content": "Book an appointment tomorrow"}]
    made = client(colour, simulators).responses
    stream = await settled(made.create(model=MODEL, input=asked, tools=TOOLS, stream=True))
    while True:
        event = await stream.__anext__() if colour else next(stream)
        if event.type == "response.output_item.done":
            break
    await settled(stream.close())
    record = sink.only(Inference)
    assert record.outcome is Outcome.INTERRUPTED
    assert [tool.name for tool in record.tool_calls] == ["book_appointment"]
    assert record.finish_reasons == ()


@colours
@pytest.mark.parametrize("stream", [False, True])
async def test_content_is_kept_when_it_is_asked_for(colour: str, simulators: Simulators, stream: bool) -> None:
    """Instructions, input and output are read when somebody wants content."""
    with observed(RecordingSink(wants_content=True)) as sink:
        made = client(colour, simulators, "reply=Good morning.").responses
        answer = await settled(made.create(**REQUEST, instructions="Be kind.", stream=stream))
        if stream:
            await items(answer)
    record = sink.only(Inference)
    assert record.system_content == [{"type": "text", "content": "Be kind."}]
    assert record.input_content == [{"role": "user", "content": "Hello there"}]
    assert record.output_content == [{"role": "assistant", "content": "Good morning."}]


def _read(event: Any) -> Inference:
    from otel_voice.capture.observer import Call

    owner = SimpleNamespace(_base_url="http://127.0.0.1")
    observer = Responses(False)
    record = observer.request(Call(SimpleNamespace(_client=owner), (), {"model": MODEL}))
    observer.chunk(event)
    return record


def test_a_response_that_failed_names_its_error() -> None:
    """A failed response comes as an event, for which the SDK raises nothing; its code is the type of the error."""
    from openai.types.responses import Response, ResponseErrorEvent, ResponseFailedEvent

    error = {"code": "rate_limit_exceeded", "message": "slow down"}
    response = Response.construct(id="resp_1", status="failed", error=error, output=[])
    failed = _read(ResponseFailedEvent.construct(type="response.failed", response=response))
    assert (failed.error_type, list(failed.finish_reasons)) == ("rate_limit_exceeded", ["failed"])
    event = ResponseErrorEvent.construct(type="error", code="server_error", message="sorry")
    assert _read(event).error_type == "server_error"
