from tests.simulators.clients import async_openai, openai
from tests.simulators.test_openai_chat import TOOL

FUNCTION = {"type": "function", "strict": False, **TOOL["function"]}


def test_a_response_has_output_and_usage(simulators):
    """The text of the message is the response's text."""
    response = openai(simulators).responses.create(model="gpt-4o-mini", input="hello there")
    assert response.output_text == "Hello! How can I help you today?"
    assert response.status == "completed"
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


def test_the_events_of_a_stream_come_in_order(simulators):
    """The stream opens, adds an item, says it in deltas, closes it and completes."""
    events = list(openai(simulators).responses.create(model="m", input="hello there", stream=True))
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-2:] == ["response.output_item.done", "response.completed"]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == events[-1].response.output_text


async def test_an_async_stream_calls_a_function(simulators):
    """The arguments of a function come in deltas too."""
    body = {"model": "m", "input": "Book me in on Tuesday at 3 pm", "tools": [FUNCTION]}
    stream = await async_openai(simulators).responses.create(stream=True, **body)
    events = [event async for event in stream]
    deltas = [event.delta for event in events if event.type == "response.function_call_arguments.delta"]
    assert "".join(deltas) == events[-1].response.output[0].arguments


def test_the_output_of_a_function_leads_to_an_answer(simulators):
    """The model speaks after it was given what the function returned."""
    output = {"type": "function_call_output", "call_id": "call_1", "output": '{"day": "Friday", "time": "9 a.m."}'}
    response = openai(simulators).responses.create(model="m", input=[output], tools=[FUNCTION])
    assert response.output_text.startswith("You are booked for Friday at 9 a.m.")


def test_a_response_cut_short_is_incomplete(simulators):
    """`max_output_tokens` ends the answer and says why."""
    response = openai(simulators).responses.create(model="m", input="hello there", max_output_tokens=2)
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"
