"""Hume's Octave over a websocket: one record for each text that is said."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.hume import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import settled
from tests.contract.exercises.hume import VERSION, socket_client
from tests.contract.matrix import observing
from tests.watch import same_moment, watched

pytestmark = pytest.mark.skipif(VERSION < (0, 13), reason="older SDKs have no such websocket")

RATE = 96000
"""Bytes a second of what is asked for."""
QUICK = "first=0,interval=0.001,chunks=4"
TEXT = "Your table is booked for seven."
BOTH = pytest.mark.parametrize("colour", ["", "Async"])


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


@asynccontextmanager
async def connected(
    colour: str, simulators: Simulators, directives: str = QUICK, raw: bool = False, key: str = "simulated"
) -> AsyncIterator[Any]:
    """A connection that stands."""
    client = socket_client(colour, simulators.simulate(quote(directives, safe="=,")), key)
    resource = client.tts.stream_input.with_raw_response if raw else client.tts.stream_input
    manager = resource.connect(version="2", format_type="pcm", no_binary=True, strip_headers=True)
    connection = await manager.__aenter__() if colour else manager.__enter__()
    try:
        yield connection
    finally:
        await settled(manager.__aexit__(None, None, None) if colour else manager.__exit__(None, None, None))


async def say(connection: Any, text: str | None = None, **more: Any) -> None:
    """Append a text, or flush or close."""
    from hume.tts import PublishTts

    await settled(connection.send_publish(PublishTts(text=text, **more)))


async def snippet(connection: Any) -> bytes:
    """The sound of the next text."""
    sound = b""
    while True:
        message = await settled(connection.recv())
        sound += base64.b64decode(message.audio)
        if message.is_last_chunk:
            return sound


@pytest.mark.parametrize("raw", [False, True], ids=["client", "raw_client"])
@BOTH
async def test_the_facts_of_a_synthesis(colour: str, raw: bool, simulators: Simulators, sink: RecordingSink) -> None:
    """Text, voice, audio, format, ids and address are what was asked for and heard; it ends with its last piece."""
    async with connected(colour, simulators, raw=raw) as connection:
        await say(connection, TEXT[:10], voice={"name": "Ava Song"})
        await say(connection, TEXT[10:], flush=True)
        sound = await snippet(connection)
        assert sink.outcomes == [Outcome.COMPLETED]
    record = sink.only(TextToSpeech)
    assert (record.characters, record.text_content, record.voice) == (len(TEXT), TEXT, "Ava Song")
    assert (record.audio_bytes, record.chunks) == (len(sound), 4)
    assert (record.audio_seconds, record.streamed) == (len(sound) / RATE, True)
    assert (record.request_model, record.audio_format, record.sample_rate) == ("octave-2", "pcm", 48000)
    assert record.server_port == simulators.port
    assert record.request_id


@BOTH
async def test_each_text_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A text that is appended before the one before it was said keeps its own sound."""
    texts = (TEXT, "Goodbye.")
    async with connected(colour, simulators) as connection:
        for text in texts:
            await say(connection, text, flush=True)
        sounds = [await snippet(connection) for _ in texts]
    records = [record for record in sink.records if isinstance(record, TextToSpeech)]
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.text_content for record in records] == list(texts)
    assert [record.audio_bytes for record in records] == [len(sound) for sound in sounds]


@watched
async def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """First audio is the first piece the caller gets; the end, the last."""
    sink.clear()
    async with connected("Async", simulators, "first=0.05,interval=0.02,chunks=4") as connection:
        started = time.perf_counter_ns()
        await say(connection, TEXT, flush=True)
        await connection.recv()
        first = time.perf_counter_ns()
        await snippet(connection)
        ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    same_moment(record.started_ns, started)
    same_moment(record.first_chunk_ns, first)
    same_moment(record.ended_ns, ended)
    assert sink.first_chunks == [record]


@BOTH
async def test_leaving_interrupts(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The program leaves the connection in the middle of the sound."""
    async with connected(colour, simulators, "first=0,interval=0.05,chunks=20") as connection:
        await say(connection, TEXT, flush=True)
        await settled(connection.recv())
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.INTERRUPTED, 1)


@BOTH
async def test_an_error_that_comes_as_a_message(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The service says why it will not speak: one failed record."""
    async with connected(colour, simulators, f"{QUICK},error_after=0") as connection:
        await say(connection, TEXT, flush=True)
        with pytest.raises(Exception, match=""):
            while True:
                await snippet(connection)
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "inactivity_timeout")


@BOTH
async def test_a_lost_connection_fails_the_synthesis(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The caller's own exception is the error of the record."""
    with pytest.raises(Exception, match="") as caught:
        async with connected(colour, simulators, "first=0,interval=0.01,chunks=9,drop_after=3") as connection:
            await say(connection, TEXT, flush=True)
            await snippet(connection)
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.FAILED, 3)
    assert sink.errors == [caught.value]


@pytest.mark.parametrize("status", [401, 503])
@BOTH
async def test_a_refused_connection_is_one_failed_record(
    colour: str, status: int, simulators: Simulators, sink: RecordingSink
) -> None:
    """Nothing was said, and nothing could be; the caller's own exception is the error of the record."""
    with pytest.raises(Exception, match="") as caught:
        async with connected(colour, simulators, f"fail={status}"):
            raise AssertionError("it was not refused")
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code, record.characters) == (Outcome.FAILED, status, None)
    assert sink.errors == [caught.value]


async def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without the text."""
    with observing(PROVIDER) as sink:
        async with connected("Async", simulators) as connection:
            await say(connection, TEXT, flush=True)
            await snippet(connection)
    assert (sink.only(TextToSpeech).text_content, sink.only(TextToSpeech).characters) == (None, len(TEXT))
