"""Google GenAI: what is read of request, answer and chunks, in text and in speech, directly and in chats."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Inference, Outcome, TextToSpeech
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.google_genai_calls import (
    COLOURS,
    MODEL,
    SPEECH,
    client,
    observed,
    pieces,
    settled,
    whole,
)
from tests.watch import same_seconds, watched

HELLO = "Hello there"

pytestmark = pytest.mark.parametrize("colour", COLOURS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


def check(record: Inference, last: Any) -> None:
    used = last.usage_metadata
    assert record.outcome is Outcome.COMPLETED
    assert (record.operation, record.provider) == ("generate_content", "gcp.gemini")
    assert (record.request_model, record.response_model) == (MODEL, f"{MODEL}-001")
    assert record.response_id == getattr(last, "response_id", None)
    assert (record.input_tokens, record.output_tokens) == (used.prompt_token_count, used.candidates_token_count)
    assert list(record.finish_reasons) == ["stop"]
    assert record.server_address == "127.0.0.1"
    assert not any((record.system_content, record.input_content, record.output_content))


async def test_an_answer_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """What was asked for, what came back and what it cost are read from a whole answer."""
    asked = {"temperature": 0.5, "top_p": 0.9, "max_output_tokens": 50, "seed": 7, "stop_sequences": ["END"]}
    answer = await whole(client(colour, simulators).models, contents=HELLO, config=asked)
    record = sink.only(Inference)
    check(record, answer)
    assert (record.temperature, record.top_p, record.max_tokens, record.seed) == (0.5, 0.9, 50, 7)
    assert list(record.stop_sequences or ()) == ["END"]
    assert (record.streamed, record.first_chunk_ns) == (False, None)


async def test_options_may_be_the_sdks_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A configuration is read alike, be it a dictionary or an object of the SDK."""
    from google.genai import types

    config = types.GenerateContentConfig(temperature=0.5, response_mime_type="application/json")
    contents = [types.Content(role="user", parts=[types.Part(text=HELLO)])]
    await whole(client(colour, simulators).models, contents=contents, config=config)
    record = sink.only(Inference)
    assert (record.temperature, record.output_type) == (0.5, "json")


async def test_a_stream_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The same facts are read from the pieces of a streamed answer."""
    answer = await pieces(colour, client(colour, simulators).models, contents=HELLO)
    record = sink.only(Inference)
    assert len(answer) > 1
    check(record, answer[-1])
    assert record.streamed
    assert record.first_chunk_ns is not None


async def test_a_chat_is_counted_once(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A chat goes through the same requests, and is one record for each."""
    chat = client(colour, simulators).chats.create(model=MODEL)
    answer = await settled(chat.send_message(HELLO))
    check(sink.only(Inference), answer)
    stream = chat.send_message_stream(HELLO)
    assert [piece async for piece in await stream] if colour else list(stream)
    assert len(sink.records) == 2


def book_appointment(day: str) -> str:
    """Book an appointment."""
    return f"booked for {day}"


book_appointment.__annotations__ |= {"day": str, "return": str}  # the SDK reads no annotations that are texts
BOOKING = {"contents": "Book an appointment tomorrow", "config": {"tools": [book_appointment]}}


async def test_functions_the_sdk_calls_are_told(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """With automatic function calling one call of the program is two requests, and the second carries the result."""
    answer = await whole(client(colour, simulators).models, **BOOKING)
    asking, carrying = sink.records
    assert isinstance(asking, Inference)
    assert isinstance(carrying, Inference)
    assert [tool.name for tool in asking.tool_calls] == ["book_appointment"]
    assert [tool.name for tool in carrying.tool_results] == ["book_appointment"]
    assert asking.tool_calls[0].call_id == carrying.tool_results[0].call_id != ""
    assert (asking.tool_calls[0].arguments, carrying.tool_results[0].result) == (None, None)
    check(carrying, answer)


async def test_speech_is_a_synthesis(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A model that answers in sound synthesises what it was given."""
    answer = await whole(client(colour, simulators).models, contents="Say good morning", config=SPEECH)
    record = sink.only(TextToSpeech)
    sound = answer.candidates[0].content.parts[0].inline_data.data
    assert record.outcome is Outcome.COMPLETED
    assert (record.request_model, record.voice, record.characters) == (MODEL, "Kore", 16)
    assert (record.audio_format, record.sample_rate, record.channels) == ("pcm", 24000, 1)
    assert (record.audio_bytes, record.audio_seconds) == (len(sound), len(sound) / 48000)
    assert record.output_tokens == answer.usage_metadata.candidates_token_count
    assert record.text_content is None


async def test_streamed_speech_is_a_synthesis(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """So does one that answers in pieces of sound."""
    await pieces(colour, client(colour, simulators).models, contents="Say good morning", config=SPEECH)
    record = sink.only(TextToSpeech)
    assert record.audio_seconds == 1.0
    assert record.first_chunk_ns is not None


async def test_content_is_kept_when_it_is_asked_for(colour: str, simulators: Simulators) -> None:
    """Prompts and answers are read when somebody wants content, and who said them."""
    with observed(RecordingSink(wants_content=True)) as sink:
        models = client(colour, simulators, "reply=Good morning.").models
        config = {"system_instruction": "Be polite."}
        await pieces(colour, models, contents=[{"role": "user", "parts": [{"text": HELLO}]}], config=config)
    record = sink.only(Inference)
    assert record.input_content == [{"role": "user", "content": HELLO}]
    assert record.system_content == [{"type": "text", "content": "Be polite."}]
    assert record.output_content == [{"role": "assistant", "content": "Good morning."}]


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refusal_is_a_failure(colour: str, status: int, simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK's own error reaches the program, and the record fails with that very object and its status."""
    models = client(colour, simulators, f"fail={status}").models
    with pytest.raises(Exception) as raised:
        await whole(models, contents=HELLO)
    record = sink.only(Inference)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))


async def test_a_broken_piece_is_a_failure(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """So does the error of a stream that cannot be read."""
    with pytest.raises(Exception) as raised:
        await pieces(colour, client(colour, simulators, "malformed_after=2,chunks=6").models, contents=HELLO)
    assert sink.errors == [raised.value]
    assert sink.outcomes == [Outcome.FAILED]


async def test_vertex_is_another_provider(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Calls through Vertex AI are told apart; a function called there may have no id."""
    from google.oauth2.credentials import Credentials

    credentials = Credentials(token="simulated")
    where = {"vertexai": True, "project": "p", "location": "l", "api_key": None, "credentials": credentials}
    await whole(client(colour, simulators, **where).models, **BOOKING)
    asking, carrying = sink.records
    assert isinstance(asking, Inference)
    assert isinstance(carrying, Inference)
    assert (asking.provider, asking.request_model) == ("gcp.vertex_ai", MODEL)
    told = [*asking.tool_calls, *carrying.tool_results]
    assert [(tool.call_id, tool.name) for tool in told] == [("", "book_appointment")] * 2


@watched
async def test_times_are_the_callers_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first chunk and the end are marked when the caller sees them, within 10 ms or 5 %."""
    models = client(colour, simulators, "first=0.1,interval=0.02,chunks=5").models
    sink.clear()
    start = time.perf_counter()
    stream = models.generate_content_stream(model=MODEL, contents=HELLO)
    if colour:
        stream = await stream
        await anext(stream)
        first = time.perf_counter() - start
        [piece async for piece in stream]
    else:
        next(stream)
        first = time.perf_counter() - start
        list(stream)
    total = time.perf_counter() - start
    record = sink.only(Inference)
    same_seconds(record.time_to_first_chunk, first)
    same_seconds(record.duration, total)
