"""Cartesia's text to speech over a websocket: one record for each context."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.cartesia_calls import (
    CONTEXT,
    ONE,
    QUICK,
    RATE,
    TEXT,
    async_client,
    audio,
    connected,
    not_of_two,
    observed,
    only_of_two,
    sync_client,
)
from tests.watch import same_moment, watched

LONG = "A long sentence that nobody wants to hear to its end."
SLOW = "first=0,interval=0.05,chunks=20"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(wants_content=True) as sink:
        yield sink


def test_one_text_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Text, audio, voice, format and address of a synthesis are what was asked for and heard."""
    with connected(simulators) as socket:
        heard = audio(socket.send(**ONE, context_id="c-1"))
        record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.COMPLETED
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.audio_bytes, record.chunks) == (len(heard), 4)
    assert record.audio_seconds == len(heard) / RATE
    assert (record.request_model, record.audio_format, record.sample_rate) == ("sonic-3", "pcm_s16le", 16000)
    assert (record.voice or "").startswith("6ccbfb76")
    assert (record.response_id, record.streamed) == ("c-1", True)
    assert record.server_port == simulators.port


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without the text."""
    with observed() as sink, connected(simulators) as socket:
        list(socket.send(**ONE))
    assert (sink.only(TextToSpeech).text_content, sink.only(TextToSpeech).characters) == (None, len(TEXT))


def test_a_connection_carries_one_synthesis_after_the_other(simulators: Simulators, sink: RecordingSink) -> None:
    """Connecting again where a connection stands observes nothing twice."""
    with connected(simulators) as socket:
        sizes = []
        for text in (TEXT, "Goodbye."):
            socket.connect()
            sizes.append(len(audio(socket.send(**{**ONE, "transcript": text}))))
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.audio_bytes for record in sink.records] == sizes  # type: ignore[attr-defined]


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """First audio is the first chunk the caller gets, and the end is the message that says so."""
    sink.clear()
    with connected(simulators, "first=0.05,interval=0.02,chunks=4") as socket:
        started = time.perf_counter_ns()
        items = iter(socket.send(**ONE))
        next(items)
        first = time.perf_counter_ns()
        list(items)
        ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    same_moment(record.started_ns, started)
    same_moment(record.first_chunk_ns, first)
    same_moment(record.ended_ns, ended)
    assert sink.first_chunks == [record]


def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The program closes the connection before the audio has come to its end."""
    with connected(simulators, SLOW) as socket:
        next(iter(socket.send(**{**ONE, "transcript": LONG})))
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.INTERRUPTED, 1)


def test_a_lost_connection_fails_the_synthesis(simulators: Simulators, sink: RecordingSink) -> None:
    """The connection breaks in the middle of the audio."""
    with (
        pytest.raises(Exception, match="no close frame"),
        connected(simulators, "first=0,interval=0.02,chunks=9,drop_after=3") as socket,
    ):
        list(socket.send(**ONE))
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.FAILED, 3)
    assert "no close frame" in str(sink.errors[0])


def test_an_error_that_comes_as_a_message_fails_its_synthesis(simulators: Simulators, sink: RecordingSink) -> None:
    """The provider refuses one context; the connection and what comes after it are well."""
    with (
        pytest.raises(RuntimeError, match="Error generating audio") as caught,
        connected(simulators, f"{QUICK},fail=429,model=sonic-3") as socket,
    ):
        list(socket.send(**ONE))
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.error_type, record.status_code) == (Outcome.FAILED, "concurrency_limited", 429)
    assert "Too many concurrent requests" in str(sink.errors[0])
    assert "Too many concurrent requests" in str(caught.value)


def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Nothing was said, and nothing could be; the caller's own exception is the error of the record."""
    with pytest.raises(Exception, match="401") as caught, connected(simulators, key="invalid"):
        pass
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code, record.characters) == (Outcome.FAILED, 401, None)
    assert sink.errors == [caught.value]


@not_of_two
@pytest.mark.parametrize("method", ["__enter__", "enter"])
def test_contexts_on_one_connection_keep_their_own_audio(
    simulators: Simulators, sink: RecordingSink, method: str
) -> None:
    """Two contexts speak at once, their chunks interleaved; each record has the text and the audio of its own."""
    manager = sync_client(simulators, "first=0,interval=0.01,chunks=6").tts.websocket_connect()
    connection = getattr(manager, method)()
    contexts = [connection.context(name, **CONTEXT) for name in ("a", "b")]
    for context, text in zip(contexts, ("One two. ", "A sentence that is longer. "), strict=True):
        context.push(text)
        context.push("And more.")
        context.no_more_inputs()
    sizes = [len(audio(context.receive())) for context in contexts]
    connection.close()
    by_context: dict[Any, Any] = {record.response_id: record for record in sink.records}
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [by_context[name].audio_bytes for name in ("a", "b")] == sizes
    assert [by_context[name].text_content for name in ("a", "b")] == [
        "One two. And more.",
        "A sentence that is longer. And more.",
    ]
    first, last = sink.records if sink.records[0].started_ns < sink.records[1].started_ns else sink.records[::-1]
    assert last.first_chunk_ns is not None
    assert first.last_chunk_ns is not None
    assert last.first_chunk_ns < first.last_chunk_ns, "the simulator did not interleave them"
    assert sink.opened == []


@not_of_two
def test_cancelling_interrupts_one_context_only(simulators: Simulators, sink: RecordingSink) -> None:
    """The cancelled context ends at once; the other is spoken to its end."""
    with sync_client(simulators, SLOW).tts.websocket_connect() as connection:
        one, other = connection.context("one", **CONTEXT), connection.context("other", **CONTEXT)
        one.push(LONG)
        one.no_more_inputs()
        next(iter(one.receive()))
        one.cancel()
        assert sink.outcomes == [Outcome.INTERRUPTED]
        other.push("Hm.")
        other.no_more_inputs()
        list(other.receive())
    assert sink.outcomes == [Outcome.INTERRUPTED, Outcome.COMPLETED]
    assert [record.response_id for record in sink.records] == ["one", "other"]


@not_of_two
def test_a_context_that_is_not_read_to_its_end_is_interrupted(simulators: Simulators, sink: RecordingSink) -> None:
    """The program stops reading when the user interrupts, and keeps the connection for the next answer."""
    with sync_client(simulators, SLOW).tts.websocket_connect() as connection:
        one = connection.context("one", **CONTEXT)
        one.push(LONG)
        one.no_more_inputs()
        for _ in one.receive():
            break
        assert sink.outcomes == [Outcome.INTERRUPTED]


@not_of_two
@pytest.mark.parametrize("method", ["__aenter__", "enter"])
async def test_asynchronous_contexts_keep_their_own_audio(
    simulators: Simulators, sink: RecordingSink, method: str
) -> None:
    """The asynchronous client reads in a task of its own, and gives the same records."""
    manager = async_client(simulators, "first=0,interval=0.01,chunks=6").tts.websocket_connect()
    connection = await getattr(manager, method)()

    async def say(name: str, text: str) -> int:
        context = connection.context(name, **CONTEXT)
        await context.push(text)
        await context.no_more_inputs()
        return len(audio([item async for item in context.receive()]))

    sizes = await asyncio.gather(say("a", "One two."), say("b", "A sentence that is longer."))
    await connection.close()
    by_context: dict[Any, Any] = {record.response_id: record for record in sink.records}
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [by_context[name].audio_bytes for name in ("a", "b")] == sizes


@not_of_two
async def test_an_asynchronous_context_that_is_not_read_to_its_end_is_interrupted(
    simulators: Simulators, sink: RecordingSink
) -> None:
    """Although a task goes on reading the connection for the other contexts."""
    async with async_client(simulators, SLOW).tts.websocket_connect() as connection:
        context = connection.context("one", **CONTEXT)
        await context.push(LONG)
        await context.no_more_inputs()
        items = context.receive()
        await anext(items)
        await items.aclose()
        assert sink.outcomes == [Outcome.INTERRUPTED]


@not_of_two
async def test_an_asynchronous_refusal_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The caller's own exception is the error of the record."""
    with pytest.raises(Exception, match="401") as caught:
        async with async_client(simulators, key="invalid").tts.websocket_connect():
            pass
    assert sink.only(TextToSpeech).status_code == 401
    assert sink.errors == [caught.value]


@only_of_two
async def test_contexts_of_the_asynchronous_client_of_two(simulators: Simulators, sink: RecordingSink) -> None:
    """SDK 2 speaks over aiohttp; each context is a record, and a cancelled one is interrupted."""
    client = async_client(simulators, "first=0,interval=0.02,chunks=6")
    socket = await client.tts.websocket()
    contexts = [socket.context(name) for name in ("a", "b")]
    for context, text in zip(contexts, ("One two. ", LONG), strict=True):
        await context.send(**{**ONE, "transcript": text}, continue_=True)
        await context.no_more_inputs()
    await contexts[1].cancel()
    size = len(audio([item async for item in contexts[0].receive()]))
    await socket.close()
    await client.close()
    by_context: dict[Any, Any] = {record.response_id: record for record in sink.records}
    assert by_context["b"].outcome is Outcome.INTERRUPTED
    assert (by_context["a"].outcome, by_context["a"].audio_bytes) == (Outcome.COMPLETED, size)
    assert by_context["a"].server_port == simulators.port


@only_of_two
async def test_the_asynchronous_client_of_two_is_refused_and_left(simulators: Simulators, sink: RecordingSink) -> None:
    """A refusal is a failed record; closing in the middle is an interrupted one."""
    refused = async_client(simulators, key="invalid")
    with pytest.raises(RuntimeError, match="401"):
        await refused.tts.websocket()
    await refused.close()
    assert sink.only(TextToSpeech).status_code == 401
    sink.clear()
    client = async_client(simulators, SLOW)
    socket = await client.tts.websocket()
    items = await socket.send(**{**ONE, "transcript": LONG}, stream=True)
    await anext(items)
    await socket.close()
    await client.close()
    assert sink.only(TextToSpeech).outcome is Outcome.INTERRUPTED


@only_of_two
async def test_the_asynchronous_client_of_two_loses_its_connection(simulators: Simulators, sink: RecordingSink) -> None:
    """What is open when the connection breaks has failed."""
    client = async_client(simulators, "first=0,interval=0.02,chunks=9,drop_after=3")
    socket = await client.tts.websocket()
    context = socket.context("a")
    await context.send(**ONE, continue_=False)
    with pytest.raises(RuntimeError, match="closed unexpectedly"):
        await socket._processing_task
    assert sink.only(TextToSpeech).outcome is Outcome.FAILED
    assert sink.only(TextToSpeech).chunks == 3
    socket._processing_task = None  # whose error the SDK would raise again, wherever the socket is collected
    await socket.close()
    await client.close()
