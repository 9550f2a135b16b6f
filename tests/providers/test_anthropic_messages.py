"""Anthropic messages: what is read of request, answer and events, in every way the SDK offers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Inference, Operation, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.anthropic_calls import (
    BOOKING,
    DATED,
    MESSAGES,
    MODEL,
    REQUEST,
    STREAMS,
    WAYS,
    client,
    items,
    recorded,
    settled,
)
from tests.providers.openai_calls import COLOURS, address
from tests.watch import same_seconds, watched

PRIVATE = ("system_content", "input_content", "output_content")

pytestmark = pytest.mark.parametrize("colour", COLOURS)
ways = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with recorded() as sink:
        yield sink


@ways
async def test_every_way_is_one_record(colour: str, way: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Whole or streamed, raw, through the helper or of the beta: what was asked, answered and used is read once."""
    await WAYS[way](client(colour, simulators))
    record = sink.only(Inference)
    assert record.outcome is Outcome.COMPLETED
    assert (record.provider, record.request_model, record.response_model) == ("anthropic", MODEL, DATED)
    assert (record.max_tokens, record.streamed) == (50, way in STREAMS)
    assert (record.input_tokens, record.output_tokens) == (7, 8)
    assert list(record.finish_reasons) == ["end_turn"]
    assert str(record.response_id).startswith("msg_")
    assert str(record.request_id).startswith("req_")
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert (record.first_chunk_ns is not None) == (way in STREAMS or way == "streamed_response")
    assert not any(getattr(record, name) for name in PRIVATE)


async def test_what_was_asked_for_is_read(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Sampling parameters, stop sequences and a schema for the answer, also what the program puts into the body."""
    schema = {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    body = {"temperature": 0.5, "top_p": 0.9, "output_config": schema}
    await settled(client(colour, simulators).messages.create(**REQUEST, stop_sequences=["END"], extra_body=body))
    record = sink.only(Inference)
    assert (record.temperature, record.top_p, record.max_tokens) == (0.5, 0.9, 50)
    assert (record.stop_sequences, record.output_type) == (["END"], "json")


@pytest.mark.parametrize("stream", [False, True])
async def test_tokens_of_the_cache_are_told(
    colour: str, simulators: Simulators, sink: RecordingSink, stream: bool
) -> None:
    """The service counts what it read from its cache or wrote to it apart; the input is all of it."""
    system = [{"type": "text", "text": "You are kind. " * 20, "cache_control": {"type": "ephemeral"}}]
    made = client(colour, simulators)
    later = [*MESSAGES, {"role": "assistant", "content": "Hello!"}, *MESSAGES]
    for messages in (MESSAGES, later):
        answer = await settled(made.messages.create(**{**REQUEST, "messages": messages}, system=system, stream=stream))
        if stream:
            await items(answer)
    first, second = sink.records
    assert isinstance(first, Inference)
    assert isinstance(second, Inference)
    assert (first.cached_input_tokens, first.cache_written_input_tokens, first.input_tokens) == (0, 70, 77)
    assert (second.cached_input_tokens, second.cache_written_input_tokens) == (70, 0)


@pytest.mark.parametrize("stream", [False, True])
async def test_tools_are_told_by_name_and_id(
    colour: str, simulators: Simulators, sink: RecordingSink, stream: bool
) -> None:
    """A tool the model asks for is in the answer's record, its result in the record of the next request."""
    asked = [{"role": "user", "content": "Book an appointment tomorrow"}]
    made = client(colour, simulators)
    request = {**REQUEST, "tools": [BOOKING], "messages": asked}
    answer = await settled(made.messages.create(**request, stream=stream))
    if stream:
        await items(answer)
    first = sink.only(Inference)
    assert [tool.name for tool in first.tool_calls] == ["book_appointment"]
    assert list(first.finish_reasons) == ["tool_use"]
    call_id = first.tool_calls[0].call_id
    call = {"type": "tool_use", "id": call_id, "name": "book_appointment", "input": {}}
    result = {"type": "tool_result", "tool_use_id": call_id, "content": "booked"}
    history = [*asked, {"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    await settled(made.messages.create(**{**request, "messages": history}))
    carried = sink.records[1]
    assert isinstance(carried, Inference)
    assert [(tool.call_id, tool.name) for tool in carried.tool_results] == [(call_id, "book_appointment")]
    assert (first.tool_calls[0].arguments, carried.tool_results[0].result) == (None, None)


@ways
async def test_content_is_kept_when_it_is_asked_for(colour: str, way: str, simulators: Simulators) -> None:
    """Prompts and answers are read when somebody wants content."""
    with recorded(wants_content=True) as sink:
        await WAYS[way](client(colour, simulators, "reply=Good morning."))
    record = sink.only(Inference)
    assert record.input_content == MESSAGES
    assert record.output_content == [{"role": "assistant", "content": "Good morning."}]


async def test_arguments_are_kept_when_content_is_asked_for(colour: str, simulators: Simulators) -> None:
    """So is what a tool is called with, as JSON, whole and from the pieces of a stream."""
    asked = {**REQUEST, "tools": [BOOKING], "messages": [{"role": "user", "content": "Book an appointment tomorrow"}]}
    with recorded(wants_content=True) as sink:
        made = client(colour, simulators)
        await settled(made.messages.create(**asked))
        await items(made.messages.create(**asked, stream=True))
    told = [record.tool_calls[0].arguments for record in sink.records if isinstance(record, Inference)]
    assert told == ['{"day": "tomorrow"}'] * 2


async def test_counting_tokens_is_no_inference(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Other requests go through the same place in the client, and are none of our business."""
    await settled(client(colour, simulators).messages.count_tokens(model=MODEL, messages=MESSAGES))
    assert not sink.started


@pytest.mark.parametrize("stream", [False, True])
async def test_models_that_others_sell_are_told_apart(
    colour: str, simulators: Simulators, sink: RecordingSink, stream: bool
) -> None:
    """On Vertex AI the provider is another; the model is what the program asked for."""
    sold = {"project_id": "ours", "region": "here", "access_token": "simulated"}
    made = client(colour, simulators, kind="Vertex", base_url=f"{address(simulators)}/v1", **sold)
    answer = await settled(made.messages.create(**REQUEST, stream=stream))
    if stream:
        await items(answer)
    record = sink.only(Inference)
    assert (record.provider, record.request_model, record.streamed) == ("gcp.vertex_ai", MODEL, stream)
    assert record.outcome is Outcome.COMPLETED


async def test_bedrock_is_told_apart(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """So it is on Bedrock, where the SDK moves the model into the path."""
    pytest.importorskip("botocore")
    keys = {"aws_access_key": "simulated", "aws_secret_key": "simulated", "aws_region": "here"}
    await settled(client(colour, simulators, kind="Bedrock", **keys).messages.create(**REQUEST))
    record = sink.only(Inference)
    assert (record.provider, record.request_model, record.outcome) == ("aws.bedrock", MODEL, Outcome.COMPLETED)


@pytest.mark.parametrize("way", ["whole", "streamed", "helped", "beta"])
@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refusal_is_told_by_its_status(
    colour: str, way: str, simulators: Simulators, sink: RecordingSink, status: int
) -> None:
    """A refused call fails with the provider's own error, told by its status and request id."""
    import anthropic

    with pytest.raises(anthropic.APIStatusError) as raised:
        await WAYS[way](client(colour, simulators, f"fail={status}"))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))
    assert record.request_id == raised.value.request_id is not None


async def test_an_unreachable_server_is_a_failure(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A connection that cannot be made has no status; it is told by its class."""
    import anthropic

    with pytest.raises(anthropic.APIConnectionError) as raised:
        await WAYS["whole"](client(colour, simulators, base_url="http://127.0.0.1:9"))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, None, None)


@pytest.mark.parametrize("way", ["streamed", "helped"])
async def test_an_error_said_in_mid_stream_is_told_by_its_type(
    colour: str, way: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """An overloaded service says so in a stream that had begun well: that stream's status is no failure."""
    import anthropic

    with pytest.raises(anthropic.APIError) as raised:
        await WAYS[way](client(colour, simulators, "error_after=3,chunks=6"))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, None, "overloaded_error")
    assert record.first_chunk_ns is not None


@pytest.mark.parametrize("way", ["streamed", "helped"])
@pytest.mark.parametrize("accident", ["drop_after", "malformed_after"])
async def test_a_stream_that_breaks_is_a_failure(
    colour: str, way: str, accident: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The error of a lost connection or a broken event reaches the program, and the record fails with that object."""
    with pytest.raises(Exception) as raised:
        await WAYS[way](client(colour, simulators, f"{accident}=3,interval=0.01,chunks=6"))
    assert sink.only(Operation).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


async def test_the_sdks_own_retries_are_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A call that the SDK repeats by itself is one operation, from the first try to the answer."""
    await WAYS["whole"](client(colour, simulators, "fail=500,retries=1", max_retries=1))
    assert sink.only(Operation).outcome is Outcome.COMPLETED


@watched
async def test_times_are_the_callers_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first event and the end are marked when the caller sees them, within 10 ms or 5 %."""
    made = client(colour, simulators, "first=0.1,interval=0.02,chunks=5")
    sink.clear()
    start = time.perf_counter()
    stream: Any = await settled(made.messages.create(**REQUEST, stream=True))
    await (stream.__anext__() if colour else settled(next(stream)))
    first = time.perf_counter() - start
    await items(stream)
    total = time.perf_counter() - start
    record = sink.only(Operation)
    same_seconds(record.time_to_first_chunk, first)
    same_seconds(record.duration, total)
