import json

import pytest
from openai import AzureOpenAI
from pydantic import BaseModel

from tests.simulators.clients import async_openai, openai

HELLO = [{"role": "user", "content": "hello there"}]
BOOK = [{"role": "user", "content": "Book me in on Tuesday at 3 pm, please"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "book_appointment",
        "description": "Book an appointment",
        "parameters": {"type": "object", "properties": {"day": {"type": "string"}, "time": {"type": "string"}}},
    },
}


def test_a_completion_has_text_usage_and_a_dated_model(simulators):
    """A plain completion carries everything that the real service's does."""
    completion = openai(simulators).chat.completions.create(model="gpt-4o-mini", messages=HELLO)
    assert completion.choices[0].message.content == "Hello! How can I help you today?"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "gpt-4o-mini-2024-07-18"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert completion._request_id.startswith("req_")


async def test_the_async_client_gets_the_same_completion(simulators):
    """Sync and async clients send the same request, so they get the same answer."""
    body = {"model": "gpt-4o-mini", "messages": HELLO}
    completion = await async_openai(simulators).chat.completions.create(**body)
    assert completion == openai(simulators).chat.completions.create(**body)


def streamed(simulators, **body):
    with openai(simulators).chat.completions.create(stream=True, model="gpt-4o-mini", **body) as stream:
        return list(stream)


def text(chunks):
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices if choice.index == 0)


def test_a_stream_without_stream_options_has_no_usage(simulators):
    """Usage is told only to those who ask for it."""
    chunks = streamed(simulators, messages=HELLO)
    assert text(chunks) == "Hello! How can I help you today?"
    assert all(chunk.usage is None for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_stream_with_include_usage_ends_in_a_chunk_without_choices(simulators):
    """The usage comes last and alone."""
    chunks = streamed(simulators, messages=HELLO, stream_options={"include_usage": True})
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens > 0
    assert all(chunk.usage is None for chunk in chunks[:-1])


async def test_an_async_stream_yields_the_same_words(simulators):
    """The async stream is the sync one."""
    body = {"model": "gpt-4o-mini", "messages": HELLO}
    async with await async_openai(simulators).chat.completions.create(stream=True, **body) as stream:
        assert text([chunk async for chunk in stream]) == text(streamed(simulators, messages=HELLO))


def test_a_tool_is_called_in_fragments(simulators):
    """The name comes first, the arguments in pieces, and they are what the user said."""
    chunks = streamed(simulators, messages=BOOK, tools=[TOOL])
    parts = [part for chunk in chunks for part in chunk.choices[0].delta.tool_calls or []]
    assert parts[0].function.name == "book_appointment"
    assert len(parts) > 3
    arguments = json.loads("".join(part.function.arguments for part in parts))
    assert arguments == {"day": "Tuesday", "time": "3 p.m."}
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_a_directive_names_the_tool_to_call(simulators):
    """`tool=` decides where the words of the user would not."""
    client = openai(simulators, tool="book_appointment")
    completion = client.chat.completions.create(model="m", messages=HELLO, tools=[TOOL])
    assert completion.choices[0].message.tool_calls[0].function.name == "book_appointment"


def test_the_result_of_a_tool_leads_to_an_answer(simulators):
    """After a message of the role tool the model speaks, and does not call again."""
    result = {"role": "tool", "tool_call_id": "1", "content": '{"day": "Tuesday", "time": "3 p.m."}'}
    completion = openai(simulators).chat.completions.create(model="m", messages=[*BOOK, result], tools=[TOOL])
    assert completion.choices[0].message.content.startswith("You are booked for Tuesday at 3 p.m.")
    assert completion.choices[0].message.tool_calls is None


def test_several_choices_are_streamed_side_by_side(simulators):
    """`n` makes as many choices, each with its own end."""
    chunks = streamed(simulators, messages=HELLO, n=2)
    finished = [choice.index for chunk in chunks for choice in chunk.choices if choice.finish_reason]
    assert finished == [0, 1]


def test_max_tokens_cuts_the_answer(simulators):
    """The answer ends after as many tokens, and says why."""
    completion = openai(simulators).chat.completions.create(model="m", messages=HELLO, max_tokens=2)
    assert completion.choices[0].message.content == "Hello! How"
    assert completion.choices[0].finish_reason == "length"


def test_parse_gets_json_of_the_schema(simulators):
    """A structured output fits the model that the caller gave."""

    class Appointment(BaseModel):
        day: str
        guests: int

    completions = getattr(openai(simulators).chat.completions, "parse", None)
    completions = completions or openai(simulators).beta.chat.completions.parse
    parsed = completions(model="m", messages=BOOK, response_format=Appointment).choices[0].message.parsed
    assert parsed == Appointment(day="Tuesday", guests=1)


def test_azure_paths_take_the_model_from_the_deployment(simulators):
    """The Azure client works against the same server."""
    client = AzureOpenAI(azure_endpoint=simulators.url, api_key="k", api_version="2025-01-01-preview", max_retries=0)
    assert client.chat.completions.create(model="gpt-4o", messages=HELLO).model == "gpt-4o-2024-08-06"


def test_messages_are_required(simulators):
    """A request that the service would refuse is refused with its own kind of error."""
    import openai as sdk

    with pytest.raises(sdk.BadRequestError, match="messages"):
        openai(simulators).chat.completions.create(model="m", messages=[])
