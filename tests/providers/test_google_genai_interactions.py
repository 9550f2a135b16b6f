"""Google GenAI interactions: what is read of the request, of the answer and of its events, in both generations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Inference, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.google_genai_calls import COLOURS, MODEL, VERSION, client, observed, settled

HELLO = "Hello there"
BOOKING = {
    "type": "function",
    "name": "book_appointment",
    "description": "Book an appointment",
    "parameters": {"type": "object", "properties": {"day": {"type": "string"}}},
}

pytestmark = [
    pytest.mark.parametrize("colour", COLOURS),
    pytest.mark.skipif(VERSION < (1, 55), reason="the SDK has no interactions"),
    pytest.mark.filterwarnings("ignore"),  # they are experimental, says the SDK
]


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


async def created(colour: str, simulators: Simulators, directives: str = "", **asked: Any) -> Any:
    """One interaction, whole or as a list of its events."""
    interactions = client(colour, simulators, directives).interactions
    answer = await settled(interactions.create(**{"model": MODEL, "input": HELLO, **asked}))
    if not asked.get("stream"):
        return answer
    return [event async for event in answer] if colour else list(answer)


def check(record: Inference, used: Any) -> None:
    assert record.outcome is Outcome.COMPLETED
    assert (record.operation, record.provider) == ("generate_content", "gcp.gemini")
    assert (record.request_model, record.response_model) == (MODEL, MODEL)
    assert (record.input_tokens, record.output_tokens) == (used.total_input_tokens, used.total_output_tokens)
    assert list(record.finish_reasons) == ["completed"]
    assert record.server_address == "127.0.0.1"
    assert not any((record.system_content, record.input_content, record.output_content))


async def test_an_answer_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """What was asked for, what came back and what it cost are read from a whole answer."""
    answer = await created(colour, simulators, generation_config={"temperature": 0.5, "max_output_tokens": 50})
    record = sink.only(Inference)
    check(record, answer.usage)
    assert record.response_id == answer.id
    assert (record.temperature, record.max_tokens, record.streamed) == (0.5, 50, False)


async def test_events_are_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The same facts are read from the events of a streamed answer."""
    events = await created(colour, simulators, stream=True)
    record = sink.only(Inference)
    check(record, events[-1].interaction.usage)
    assert record.streamed
    assert record.first_chunk_ns is not None


@pytest.mark.parametrize("stream", [False, True])
async def test_tools_and_their_results_are_told(
    colour: str, simulators: Simulators, sink: RecordingSink, stream: bool
) -> None:
    """The tools an answer asks for are told, and so are the results that the next request carries back."""
    await created(colour, simulators, input="Book an appointment tomorrow", tools=[BOOKING], stream=stream)
    asking = sink.only(Inference)
    call = asking.tool_calls[0]
    result = {"type": "function_result", "name": call.name, "call_id": call.call_id, "result": {"booked": "yes"}}
    await created(colour, simulators, input=[result], previous_interaction_id=asking.response_id)
    carrying = sink.records[1]
    assert isinstance(carrying, Inference)
    assert (call.name, call.arguments) == ("book_appointment", None)
    assert [tool.call_id for tool in carrying.tool_results] == [call.call_id]
    assert list(asking.finish_reasons) == ["requires_action"]


@pytest.mark.parametrize("stream", [False, True])
async def test_content_is_kept_when_it_is_asked_for(colour: str, simulators: Simulators, stream: bool) -> None:
    """Prompts and answers are read when somebody wants content."""
    with observed(RecordingSink(wants_content=True)) as sink:
        asked = {"system_instruction": "Be polite.", "stream": stream}
        await created(colour, simulators, "reply=Good morning.", **asked)
    record = sink.only(Inference)
    assert record.input_content == [{"role": "user", "content": HELLO}]
    assert record.system_content == [{"type": "text", "content": "Be polite."}]
    assert record.output_content == [{"role": "assistant", "content": "Good morning."}]


async def test_a_refusal_is_a_failure(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK's own error reaches the program, and the record fails with that very object and its status."""
    with pytest.raises(Exception) as raised:
        await created(colour, simulators, "fail=401")
    record = sink.only(Inference)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code) == (Outcome.FAILED, 401)
