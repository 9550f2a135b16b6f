"""Amazon Bedrock: what is read of request, answer and events, whole and streamed, in botocore and in aiobotocore."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Inference, Operation, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.aws_calls import (
    BOOKING,
    COLOURS,
    MESSAGES,
    MODEL,
    REQUEST,
    client,
    converse,
    create,
    recorded,
    settled,
    stream,
)
from tests.providers.openai_calls import items
from tests.watch import same_moment, same_seconds, watched

pytest.importorskip("botocore", minversion="1.38")

PRIVATE = ("system_content", "input_content", "output_content")
ENDINGS = [(401, 403, "UnrecognizedClientException"), (429, 429, "ThrottlingException")]
ENDINGS += [(500, 500, "InternalServerException"), (503, 503, "ServiceUnavailableException")]
SPOKEN = {"messages": [{"role": "user", "content": "Hello there"}], "max_tokens": 50, "anthropic_version": "x"}

pytestmark = pytest.mark.parametrize("colour", COLOURS)
ways = pytest.mark.parametrize("streamed", [False, True])


@pytest.fixture
def sink(colour: str) -> Iterator[RecordingSink]:
    with recorded(colour) as sink:
        yield sink


async def _asked(made: Any, streamed: bool, **asked: Any) -> Any:
    """All that the program gets."""
    return await items(stream(made, **asked)) if streamed else await converse(made, **asked)


@ways
async def test_an_answer_is_one_record(
    colour: str, streamed: bool, simulators: Simulators, sink: RecordingSink
) -> None:
    """Whole or as events: what was asked, answered and used is read once."""
    async with client(colour, "bedrock-runtime", simulators) as made:
        await _asked(made, streamed)
    record = sink.only(Inference)
    assert record.outcome is Outcome.COMPLETED
    assert (record.provider, record.request_model, record.max_tokens) == ("aws.bedrock", MODEL, 50)
    assert (record.input_tokens, record.output_tokens, record.streamed) == (7, 8, streamed)
    assert list(record.finish_reasons) == ["end_turn"]
    assert len(str(record.request_id)) == 36
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert (record.first_chunk_ns is not None) == streamed
    assert not any(getattr(record, name) for name in PRIVATE)


@ways
async def test_what_was_asked_for_is_read(
    colour: str, streamed: bool, simulators: Simulators, sink: RecordingSink
) -> None:
    """Sampling parameters and stop sequences."""
    settings = {"temperature": 0.5, "topP": 0.9, "maxTokens": 20, "stopSequences": ["END"]}
    async with client(colour, "bedrock-runtime", simulators) as made:
        await _asked(made, streamed, inferenceConfig=settings)
    record = sink.only(Inference)
    assert (record.temperature, record.top_p, record.max_tokens) == (0.5, 0.9, 20)
    assert record.stop_sequences == ["END"]


@ways
async def test_tokens_of_the_cache_are_told(
    colour: str, streamed: bool, simulators: Simulators, sink: RecordingSink
) -> None:
    """The service counts what it read from its cache or wrote to it apart; the input is all of it."""
    system = [{"text": "You are kind. " * 20}, {"cachePoint": {"type": "default"}}]
    later = [*MESSAGES, {"role": "assistant", "content": [{"text": "Hello!"}]}, *MESSAGES]
    async with client(colour, "bedrock-runtime", simulators) as made:
        for messages in (MESSAGES, later):
            await _asked(made, streamed, messages=messages, system=system)
    first, second = sink.records
    assert isinstance(first, Inference)
    assert isinstance(second, Inference)
    assert (first.cached_input_tokens, first.cache_written_input_tokens, first.input_tokens) == (0, 70, 77)
    assert (second.cached_input_tokens, second.cache_written_input_tokens) == (70, 0)


@ways
async def test_tools_are_told_by_name_and_id(
    colour: str, streamed: bool, simulators: Simulators, sink: RecordingSink
) -> None:
    """A tool the model asks for is in the answer's record, its result in the record of the next request."""
    asked = [{"role": "user", "content": [{"text": "Book an appointment tomorrow"}]}]
    tools = {"toolConfig": {"tools": [BOOKING]}}
    async with client(colour, "bedrock-runtime", simulators) as made:
        await _asked(made, streamed, messages=asked, **tools)
        first = sink.only(Inference)
        assert [tool.name for tool in first.tool_calls] == ["book_appointment"]
        assert list(first.finish_reasons) == ["tool_use"]
        call_id = first.tool_calls[0].call_id
        use = {"toolUse": {"toolUseId": call_id, "name": "book_appointment", "input": {}}}
        result = {"toolResult": {"toolUseId": call_id, "content": [{"json": {"booked": True}}]}}
        history = [*asked, {"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
        await _asked(made, streamed, messages=history, **tools)
    carried = sink.records[1]
    assert isinstance(carried, Inference)
    assert [(tool.call_id, tool.name) for tool in carried.tool_results] == [(call_id, "book_appointment")]
    assert (first.tool_calls[0].arguments, carried.tool_results[0].result) == (None, None)


@ways
async def test_content_is_kept_when_it_is_asked_for(colour: str, streamed: bool, simulators: Simulators) -> None:
    """Prompts, answers and what a tool is called with are read when somebody wants content."""
    booking = [{"role": "user", "content": [{"text": "Book an appointment tomorrow"}]}]
    with recorded(colour, wants_content=True) as sink:
        async with client(colour, "bedrock-runtime", simulators, "reply=Good morning.") as made:
            await _asked(made, streamed, system=[{"text": "Be kind."}])
            await _asked(made, streamed, messages=booking, toolConfig={"tools": [BOOKING]})
    said, called = sink.records
    assert isinstance(said, Inference)
    assert isinstance(called, Inference)
    assert said.input_content == MESSAGES
    assert said.system_content == [{"role": "system", "content": [{"text": "Be kind."}]}]
    assert said.output_content == [{"role": "assistant", "content": "Good morning."}]
    assert json.loads(called.tool_calls[0].arguments or "") == {"day": "tomorrow"}


@watched
async def test_times_are_the_callers(colour: str, simulators: Simulators) -> None:
    """The first event and the end are where the program's own watch has them."""
    with recorded(colour) as sink:
        async with client(colour, "bedrock-runtime", simulators, "first=0.1,interval=0.02") as made:
            started = time.perf_counter()
            events = await stream(made)
            first = 0.0
            if colour:
                async for _ in events:
                    first = first or time.perf_counter()
            else:
                for _ in events:
                    first = first or time.perf_counter()
            ended = time.perf_counter()
    record = sink.only(Inference)
    same_seconds(record.time_to_first_chunk, first - started)
    same_seconds(record.duration, ended - started)


@watched
async def test_a_whole_answer_takes_as_long_as_the_call(colour: str, simulators: Simulators) -> None:
    """An answer that comes whole has one time, that of the call."""
    with recorded(colour) as sink:
        async with client(colour, "bedrock-runtime", simulators, "first=0.1") as made:
            started = time.perf_counter()
            await converse(made)
            ended = time.perf_counter()
    same_seconds(sink.only(Inference).duration, ended - started)


@ways
@pytest.mark.parametrize(("asked", "status", "code"), ENDINGS)
async def test_a_refusal_is_told_by_its_code(
    colour: str, streamed: bool, asked: int, status: int, code: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A refused call fails with the SDK's own error, told by AWS's code, the status and the request id."""
    from botocore.exceptions import ClientError

    async with client(colour, "bedrock-runtime", simulators, f"fail={asked}") as made:
        with pytest.raises(ClientError) as raised:
            await _asked(made, streamed)
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, code)
    assert record.request_id == raised.value.response["ResponseMetadata"]["RequestId"]


@ways
async def test_repetitions_are_one_operation(
    colour: str, streamed: bool, simulators: Simulators, sink: RecordingSink
) -> None:
    """What the SDK tries again by itself is one call of the program, with the answer that came in the end."""
    async with client(colour, "bedrock-runtime", simulators, "fail=503,retries=1", tries=2) as made:
        await _asked(made, streamed)
    assert sink.only(Inference).outcome is Outcome.COMPLETED


@ways
async def test_an_unreachable_server_is_a_failure(
    colour: str, streamed: bool, simulators: Simulators, sink: RecordingSink
) -> None:
    """A connection that cannot be made has no code; it is told by its class."""
    from botocore.exceptions import EndpointConnectionError

    made = create(colour, "bedrock-runtime", "http://127.0.0.1:9")
    with pytest.raises(EndpointConnectionError) as raised:
        if colour:
            async with made as entered:
                await _asked(entered, streamed)
        else:
            await _asked(made, streamed)
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.status_code, record.error_type) == (None, None)


async def test_a_service_that_cannot_go_on_is_a_failure(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """What the service says in place of an event has a code and no status; what had come before is kept."""
    from botocore.exceptions import EventStreamError

    async with client(colour, "bedrock-runtime", simulators, "error_after=3") as made:
        with pytest.raises(EventStreamError) as raised:
            await items(stream(made))
    record = sink.only(Inference)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.error_type, record.status_code) == (Outcome.FAILED, "ThrottlingException", None)
    assert record.first_chunk_ns is not None


@pytest.mark.parametrize("accident", ["drop_after=3", "malformed_after=3"])
async def test_a_stream_that_breaks_is_a_failure(
    colour: str, accident: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A lost connection and a message whose checksum is wrong reach the program as they are."""
    async with client(colour, "bedrock-runtime", simulators, accident) as made:
        with pytest.raises(Exception) as raised:
            await items(stream(made))
    assert sink.outcomes == [Outcome.FAILED]
    assert sink.errors == [raised.value]


async def test_a_stream_is_read_on_after_its_loop_was_left(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """Leaving a loop is not closing: a program may look at the first events, and read the rest elsewhere."""
    async with client(colour, "bedrock-runtime", simulators) as made:
        events = await stream(made)
        if colour:
            async for _ in events:
                break
        else:
            for _ in events:
                break
        assert not sink.records
        assert "metadata" in (await items(events))[-1]
    assert sink.only(Inference).outcome is Outcome.COMPLETED


async def test_a_stream_that_is_closed_is_interrupted(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Closed before its end: what was said until then, and when it was left."""
    async with client(colour, "bedrock-runtime", simulators, "interval=0.02") as made:
        events = await stream(made)
        if colour:
            await events.__aiter__().__anext__()
        else:
            next(iter(events))
        left = time.monotonic_ns()
        await settled(events.close())
        record = sink.only(Inference)
        assert record.outcome is Outcome.INTERRUPTED
        assert record.ended_ns is not None
        same_moment(record.ended_ns, left, within=2_000_000_000)
        del events
        gc.collect()
    assert len(sink.records) == 1


async def test_the_stream_is_the_sdks_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The program gets an `EventStream`, and nothing else."""
    from botocore.eventstream import EventStream

    async with client(colour, "bedrock-runtime", simulators) as made:
        events = await stream(made)
        assert isinstance(events, EventStream)
        assert type(events).__module__ == ("aiobotocore.eventstream" if colour else "botocore.eventstream")
        await items(events)


async def test_invoked_models_tell_their_tokens(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Each model answers in its own words; Bedrock says what they took, whole and as events."""
    asked = {"modelId": MODEL, "body": json.dumps(SPOKEN)}
    async with client(colour, "bedrock-runtime", simulators) as made:
        whole = await settled(made.invoke_model(**asked))
        assert json.loads(await settled(whole["body"].read()))["content"]
        streamed = await settled(made.invoke_model_with_response_stream(**asked))
        await items(streamed["body"])
    told = [record for record in sink.records if isinstance(record, Inference)]
    assert [(each.request_model, each.streamed) for each in told] == [(MODEL, False), (MODEL, True)]
    assert [(each.input_tokens, each.output_tokens) for each in told] == [(7, 8), (7, 8)]
    assert [each.first_chunk_ns is not None for each in told] == [False, True]


async def test_what_is_no_conversation_is_no_inference(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """Pictures and embeddings are made by invoked models, too."""
    async with client(colour, "bedrock-runtime", simulators, "fail=500") as made:
        with pytest.raises(Exception, match="InternalServer"):
            await settled(made.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=b'{"inputText": "Hello"}'))
    assert not sink.started


async def test_other_services_are_not_even_looked_at(
    colour: str, simulators: Simulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call to S3 or DynamoDB asks nothing of telemetry, and tells it nothing."""
    asked: list[str] = []
    monkeypatch.setattr(RecordingSink, "enabled", lambda _: asked.append("enabled") or True)
    with recorded(colour) as sink:
        async with client(colour, "s3", simulators) as made:
            with pytest.raises(Exception, match="ListBuckets"):
                await settled(made.list_buckets())
        async with client(colour, "dynamodb", simulators) as made:
            with pytest.raises(Exception, match="ListTables"):
                await settled(made.list_tables())
        assert (asked, sink.started) == ([], [])
        async with client(colour, "bedrock-runtime", simulators) as made:
            await converse(made, **REQUEST)
        assert asked
