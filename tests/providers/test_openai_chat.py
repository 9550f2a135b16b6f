"""OpenAI chat completions: what is read of request, answer and chunks, in every way the SDK offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Inference, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import (
    BOOKING,
    COLOURS,
    DATED,
    MESSAGES,
    MODEL,
    client,
    entered,
    items,
    observed,
    settled,
)

REQUEST = {"model": MODEL, "messages": MESSAGES}
TOOLS = [{"type": "function", "function": BOOKING}]
USAGE = {"stream": True, "stream_options": {"include_usage": True}}
PRIVATE = ("system_content", "input_content", "output_content")

pytestmark = pytest.mark.parametrize("colour", COLOURS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


def check(record: Inference, completion_id: str, usage: Any) -> None:
    assert record.outcome is Outcome.COMPLETED
    assert (record.provider, record.request_model, record.response_model) == ("openai", MODEL, DATED)
    assert record.response_id == completion_id
    assert (record.input_tokens, record.output_tokens) == (usage.prompt_tokens, usage.completion_tokens)
    assert (record.cached_input_tokens, record.reasoning_tokens) == (0, 0)
    assert list(record.finish_reasons) == ["stop"]
    assert record.request_id is not None
    assert record.request_id.startswith("req_")
    assert record.server_address == "127.0.0.1"
    assert not any(getattr(record, name) for name in PRIVATE)


async def test_an_answer_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """What was asked for, what came back and what it cost are read from a whole completion."""
    asked = {"temperature": 0.5, "top_p": 0.9, "max_completion_tokens": 50, "seed": 7, "stop": "END", "n": 1}
    completion = await settled(client(colour, simulators).chat.completions.create(**REQUEST, **asked))
    record = sink.only(Inference)
    check(record, completion.id, completion.usage)
    assert record.request_id == completion._request_id
    assert (record.temperature, record.top_p, record.max_tokens, record.seed) == (0.5, 0.9, 50, 7)
    assert (record.stop_sequences, record.choice_count) == (["END"], 1)
    assert (record.streamed, record.first_chunk_ns) == (False, None)
    assert record.server_port == simulators.port


async def test_a_stream_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The same facts are read from the chunks, when the usage was asked for."""
    chunks = await items(client(colour, simulators).chat.completions.create(**REQUEST, **USAGE))
    record = sink.only(Inference)
    check(record, chunks[0].id, chunks[-1].usage)
    assert record.streamed
    assert record.first_chunk_ns is not None


async def test_a_stream_without_usage_has_none(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Tokens that nobody counted are absent, not 0."""
    await items(client(colour, simulators).chat.completions.create(**REQUEST, stream=True))
    record = sink.only(Inference)
    assert (record.input_tokens, record.output_tokens, record.cached_input_tokens) == (None, None, None)


async def test_parse_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The helper that parses does not go through `create`, and is observed all the same."""
    made = client(colour, simulators)
    completions = made.chat.completions if hasattr(made.chat.completions, "parse") else made.beta.chat.completions
    completion = await settled(completions.parse(**REQUEST))
    check(sink.only(Inference), completion.id, completion.usage)


async def test_an_answer_cut_short_of_what_it_should_parse_to_is_read(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The SDK raises instead of returning the completion; its facts are in the error."""
    import openai
    from pydantic import BaseModel

    class Booking(BaseModel):
        day: str

    made = client(colour, simulators)
    completions = made.chat.completions if hasattr(made.chat.completions, "parse") else made.beta.chat.completions
    with pytest.raises(openai.LengthFinishReasonError) as raised:
        await settled(completions.parse(**REQUEST, response_format=Booking, max_tokens=1))
    record = sink.only(Inference)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.output_type) == (Outcome.FAILED, "json")
    assert record.output_tokens == raised.value.completion.usage.completion_tokens
    assert list(record.finish_reasons) == ["length"]


async def test_the_stream_helper_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """`stream` goes through `create`, so it is one record and not two."""
    made = client(colour, simulators)
    completions = made.chat.completions if hasattr(made.chat.completions, "parse") else made.beta.chat.completions
    async with entered(completions.stream(**REQUEST, stream_options={"include_usage": True})) as stream:
        await items(stream)
        completion = await settled(stream.get_final_completion())
    check(sink.only(Inference), completion.id, completion.usage)


async def test_a_raw_answer_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A raw response is read without parsing it in the program's stead."""
    raw = await settled(client(colour, simulators).chat.completions.with_raw_response.create(**REQUEST))
    assert not raw._parsed_by_type
    completion = raw.parse()
    check(sink.only(Inference), completion.id, completion.usage)


async def test_a_raw_stream_is_followed_from_where_it_is_parsed(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A raw response of a stream ends with the stream it is parsed to, however often it is parsed."""
    raw = await settled(client(colour, simulators).chat.completions.with_raw_response.create(**REQUEST, **USAGE))
    assert not sink.records
    assert raw.parse() is raw.parse()
    chunks = await items(raw.parse())
    check(sink.only(Inference), chunks[0].id, chunks[-1].usage)


async def test_a_streamed_response_that_is_parsed_is_one_record(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A body that was not read yet is read while the program parses it."""
    manager = client(colour, simulators).chat.completions.with_streaming_response.create(**REQUEST)
    async with entered(manager) as response:
        completion = await settled(response.parse())
    check(sink.only(Inference), completion.id, completion.usage)


async def test_a_streamed_response_parsed_to_a_stream_is_one_record(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The chunks of the stream are followed, and not the body under it a second time."""
    manager = client(colour, simulators).chat.completions.with_streaming_response.create(**REQUEST, **USAGE)
    async with entered(manager) as response:
        chunks = await items(response.parse())
    check(sink.only(Inference), chunks[0].id, chunks[-1].usage)


@pytest.mark.parametrize("stream", [False, True])
async def test_tools_and_their_results_are_told(
    colour: str, simulators: Simulators, sink: RecordingSink, stream: bool
) -> None:
    """The tools an answer asks for are told, and so are the results that the next request carries back."""
    completions = client(colour, simulators).chat.completions
    asked = [{"role": "user", "content": "Book an appointment tomorrow"}]
    answer = await settled(completions.create(model=MODEL, messages=asked, tools=TOOLS, stream=stream))
    if stream:
        await items(answer)
    first = sink.only(Inference)
    assert [tool.name for tool in first.tool_calls] == ["book_appointment"]
    assert list(first.finish_reasons) == ["tool_calls"]
    call_id = first.tool_calls[0].call_id
    call = {"id": call_id, "type": "function", "function": {"name": "book_appointment", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": call_id, "content": "booked"}
    history = [*asked, {"role": "assistant", "tool_calls": [call]}, result]
    await settled(completions.create(model=MODEL, messages=history))
    carried = sink.records[1]
    assert isinstance(carried, Inference)
    assert [tool.call_id for tool in carried.tool_results] == [call_id]
    assert (first.tool_calls[0].arguments, carried.tool_results[0].result) == (None, None)


@pytest.mark.parametrize("stream", [False, True])
async def test_content_is_kept_when_it_is_asked_for(colour: str, simulators: Simulators, stream: bool) -> None:
    """Prompts and answers are read when somebody wants content."""
    with observed(RecordingSink(wants_content=True)) as sink:
        made = client(colour, simulators, "reply=Good morning.")
        answer = await settled(made.chat.completions.create(**REQUEST, stream=stream))
        if stream:
            await items(answer)
    record = sink.only(Inference)
    assert record.input_content == MESSAGES
    assert record.output_content == [{"role": "assistant", "content": "Good morning."}]
