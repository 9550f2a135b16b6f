"""LiteLLM's completions: one record of the provider that is asked, over its SDK or without one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# Its table of models would come over the network.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
pytest.importorskip("litellm", reason="its SDK is not installed in this environment")

from otel_voice.observation.records import Inference, Operation, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers import openai_calls
from tests.providers.litellm_calls import ROUTES, call, completed, observed, request, streamed
from tests.providers.openai_calls import BOOKING, COLOURS, MESSAGES, address, settled
from tests.watch import same_seconds, watched

WAYS: dict[str, Callable[..., Any]] = {"whole": completed, "streamed": streamed}

pytestmark = pytest.mark.parametrize("colour", COLOURS)
ways = pytest.mark.parametrize("way", WAYS)
routes = pytest.mark.parametrize("route", ROUTES)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    """It sees what LiteLLM does, and what OpenAI's SDK does."""
    with openai_calls.observed(RecordingSink()) as sink, observed(sink):
        yield sink


@ways
@routes
async def test_a_completion_is_one_record(
    colour: str, route: str, way: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """It is told once, as the call of the provider that served it, also where that one's SDK is observed, too."""
    await WAYS[way](simulators, colour, route, temperature=0.5, max_tokens=50)
    record = sink.only(Inference)
    assert record.outcome is Outcome.COMPLETED
    assert (record.provider, record.request_model) == (route, ROUTES[route])
    assert (record.temperature, record.max_tokens) == (0.5, 50)
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert list(record.finish_reasons) == ["stop"]
    assert (record.streamed, record.first_chunk_ns is not None) == (way == "streamed",) * 2
    assert record.response_id
    assert record.request_id
    # OpenAI tells a stream's usage when it is asked to; what LiteLLM guesses instead is no usage.
    told = (None, None) if (route, way) == ("openai", "streamed") else (7, 8)
    assert (record.input_tokens, record.output_tokens) == told
    assert not any((record.system_content, record.input_content, record.output_content))


async def test_usage_of_a_stream_is_read_when_it_is_asked_for(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """What the provider says at the end of a stream is read."""
    await streamed(simulators, colour, "openai", stream_options={"include_usage": True})
    record = sink.only(Inference)
    assert (record.input_tokens, record.output_tokens) == (7, 8)


async def test_afterwards_the_providers_sdk_is_observed_again(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """Only what LiteLLM itself asks of the SDK is not told by it; the program's own calls are."""
    await completed(simulators, colour, "openai")
    await settled(openai_calls.client(colour, simulators).chat.completions.create(model="gpt-4o", messages=MESSAGES))
    assert [record.request_model for record in sink.records] == ["gpt-4o-mini", "gpt-4o"]


async def test_each_try_is_a_call(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """With fall-backs, what failed and what served are two records, each of its own model."""
    await completed(simulators, colour, "openai", "fail=429,model=gpt-4o-mini", fallbacks=["openai/gpt-4o"])
    assert [record.request_model for record in sink.records] == ["gpt-4o-mini", "gpt-4o"]
    assert sink.outcomes == [Outcome.FAILED, Outcome.COMPLETED]


@ways
async def test_tools_and_content(colour: str, way: str, simulators: Simulators) -> None:
    """The tool that the model asks for is told; what it says when somebody wants content."""
    asked = [{"role": "user", "content": "Book an appointment"}]
    tools = [{"type": "function", "function": BOOKING}]
    with observed(RecordingSink(wants_content=True)) as sink:
        await WAYS[way](simulators, colour, "openai", messages=asked, tools=tools)
        await WAYS[way](simulators, colour, "openai", "reply=Good morning.")
    first, second = sink.records
    assert isinstance(first, Inference)
    assert isinstance(second, Inference)
    assert [(tool.name, tool.arguments) for tool in first.tool_calls] == [("book_appointment", '{"day": "today"}')]
    assert second.input_content == MESSAGES
    assert second.output_content == [{"role": "assistant", "content": "Good morning."}]


@routes
@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refusal_is_told_by_its_status(
    colour: str, route: str, status: int, simulators: Simulators, sink: RecordingSink
) -> None:
    """LiteLLM's own error reaches the program, and the record says what the provider answered."""
    with pytest.raises(Exception) as raised:
        await completed(simulators, colour, route, f"fail={status}")
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))


@routes
async def test_nobody_answered(colour: str, route: str, sink: RecordingSink) -> None:
    """The status that LiteLLM makes up for a connection that was refused is not the provider's."""
    with pytest.raises(Exception) as raised:
        await settled(call(colour, request("http://127.0.0.1:9", route)))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, None, None)


async def test_a_stream_that_breaks_is_a_failure(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The error of a lost connection reaches the program, and the record fails with that object and no status."""
    with pytest.raises(Exception) as raised:
        await streamed(simulators, colour, "openai", "drop_after=3,interval=0.01,chunks=6")
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code) == (Outcome.FAILED, None)


@watched
async def test_times_are_the_callers_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first chunk and the end are marked when the caller sees them, within 10 ms or 5 %."""
    sink.clear()
    asked = {**request(address(simulators, "first=0.1,interval=0.02,chunks=5")), "stream": True}
    start = time.perf_counter()
    stream = await settled(call(colour, asked))
    await (stream.__anext__() if colour else settled(next(stream)))
    first = time.perf_counter() - start
    _ = [chunk async for chunk in stream] if colour else list(stream)
    total = time.perf_counter() - start
    record = sink.only(Operation)
    same_seconds(record.time_to_first_chunk, first)
    same_seconds(record.duration, total)
