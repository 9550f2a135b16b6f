"""Deepgram's text to speech over a websocket: one record for each flushed text."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.deepgram_calls import async_client, client, control, observed
from tests.watch import same_moment, watched

QUICK = "first=0,interval=0.001,chunks=4"
ASKED = {"model": "aura-2-thalia-en", "encoding": "linear16", "sample_rate": 16000}


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    sink = RecordingSink(wants_content=True)
    with observed(sink):
        yield sink


def until(connection: Any, kind: str) -> list[bytes]:
    """Read to a message of this kind; returns the audio before it."""
    audio = []
    while True:
        message = connection.recv()
        if isinstance(message, bytes):
            audio.append(message)
        elif message.type == kind:
            return audio


async def async_until(connection: Any, kind: str) -> list[bytes]:
    audio = []
    while True:
        message = await connection.recv()
        if isinstance(message, bytes):
            audio.append(message)
        elif message.type == kind:
            return audio


@pytest.mark.parametrize("raw", [False, True], ids=["client", "raw_client"])
def test_each_flushed_text_is_one_record(simulators: Simulators, sink: RecordingSink, raw: bool) -> None:
    """From the first Speak after a flush to Flushed: text, characters and audio of each, and no other's."""
    resource = client(simulators, QUICK).speak.v1
    with (resource.with_raw_response if raw else resource).connect(**ASKED) as connection:
        control(connection, "Speak", text="One two. ")
        control(connection, "Speak", text="Three.")
        control(connection, "Flush")
        first = until(connection, "Flushed")
        record = sink.only(TextToSpeech)
        assert (record.characters, record.text_content) == (15, "One two. Three.")
        control(connection, "Speak", text="Four.")
        control(connection, "Flush")
        second = until(connection, "Flushed")
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    for record, audio in zip(sink.records, (first, second), strict=True):
        assert isinstance(record, TextToSpeech)
        assert (record.audio_bytes, record.chunks) == (sum(map(len, audio)), 4)
        assert record.audio_seconds == sum(map(len, audio)) / 32000
        assert record.request_model == record.response_model == record.voice == "aura-2-thalia-en"
        assert record.request_id
        assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert sink.opened == []


@pytest.mark.parametrize("raw", [False, True], ids=["client", "raw_client"])
def test_an_asynchronous_connection_is_read_too(simulators: Simulators, sink: RecordingSink, raw: bool) -> None:
    """The asynchronous client gives the same records."""

    async def talk() -> list[bytes]:
        resource = async_client(simulators, QUICK).speak.v1
        async with (resource.with_raw_response if raw else resource).connect(**ASKED) as connection:
            await control(connection, "Speak", text="One two.")
            await control(connection, "Flush")
            return await async_until(connection, "Flushed")

    audio = asyncio.run(talk())
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.audio_bytes) == (Outcome.COMPLETED, sum(map(len, audio)))


def test_texts_sent_ahead_keep_their_own_audio(simulators: Simulators, sink: RecordingSink) -> None:
    """Two texts are flushed before any audio is read; each record has the audio of its own."""
    with client(simulators, QUICK).speak.v1.connect(**ASKED) as connection:
        for text in ("A long sentence it is.", "Short."):
            control(connection, "Speak", text=text)
            control(connection, "Flush")
        sizes = [sum(map(len, until(connection, "Flushed"))) for _ in range(2)]
    assert [record.audio_bytes for record in sink.records] == sizes  # type: ignore[attr-defined]
    assert sizes[0] > sizes[1]


def test_a_flush_of_nothing_is_no_synthesis(simulators: Simulators, sink: RecordingSink) -> None:
    """Its confirmation does not end the text that was sent after it."""
    with client(simulators, QUICK).speak.v1.connect(**ASKED) as connection:
        control(connection, "Flush")
        control(connection, "Speak", text="One two.")
        control(connection, "Flush")
        until(connection, "Flushed")
        assert sink.records == []
        audio = until(connection, "Flushed")
    assert sink.only(TextToSpeech).audio_bytes == sum(map(len, audio))


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """First audio is the first frame the caller gets, and the end is the confirmation of the flush."""
    sink.clear()
    with client(simulators, "first=0.05,interval=0.02,chunks=4").speak.v1.connect(**ASKED) as connection:
        started = time.perf_counter_ns()
        control(connection, "Speak", text="One two three.")
        control(connection, "Flush")
        while not isinstance(connection.recv(), bytes):
            pass
        first = time.perf_counter_ns()
        until(connection, "Flushed")
        ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    tolerance = max(10_000_000, (ended - started) // 20)
    same_moment(record.started_ns, started, tolerance)
    same_moment(record.first_chunk_ns, first, tolerance)
    same_moment(record.ended_ns, ended, tolerance)
    assert sink.first_chunks == [record]


def test_clearing_interrupts_what_was_said_before_it(simulators: Simulators, sink: RecordingSink) -> None:
    """Clear stops the texts before it, confirmed by Cleared; the text after it is spoken to its end."""
    with client(simulators, "first=0,interval=0.05,chunks=20").speak.v1.connect(**ASKED) as connection:
        control(connection, "Speak", text="A long sentence that nobody wants to hear.")
        control(connection, "Flush")
        while not isinstance(connection.recv(), bytes):
            pass
        control(connection, "Clear")
        until(connection, "Cleared")
        assert sink.outcomes == [Outcome.INTERRUPTED]
        control(connection, "Speak", text="Hm.")
        control(connection, "Flush")
        until(connection, "Flushed")
    assert sink.outcomes == [Outcome.INTERRUPTED, Outcome.COMPLETED]


def test_closing_completes_what_is_read_to_the_end(simulators: Simulators, sink: RecordingSink) -> None:
    """Close makes the server say the rest before it closes; who reads all of it has the whole."""
    with client(simulators, QUICK).speak.v1.connect(**ASKED) as connection:
        control(connection, "Speak", text="One two.")
        control(connection, "Close")
        audio = [message for message in connection if isinstance(message, bytes)]
        record = sink.only(TextToSpeech)
    assert (record.outcome, record.audio_bytes) == (Outcome.COMPLETED, sum(map(len, audio)))


def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The program leaves the connection before the flush is confirmed."""
    with client(simulators, "first=0,interval=0.05,chunks=20").speak.v1.connect(**ASKED) as connection:
        control(connection, "Speak", text="A long sentence that nobody wants to hear.")
        control(connection, "Flush")
        while not isinstance(connection.recv(), bytes):
            pass
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.INTERRUPTED, 1)


def test_a_lost_connection_fails_the_synthesis(simulators: Simulators, sink: RecordingSink) -> None:
    """The caller's own exception is the error of the record."""
    with client(simulators, f"{QUICK},drop_after=3").speak.v1.connect(**ASKED) as connection:
        control(connection, "Speak", text="One two.")
        control(connection, "Flush")
        with pytest.raises(Exception, match="no close frame") as caught:
            until(connection, "Flushed")
    assert sink.only(TextToSpeech).outcome is Outcome.FAILED
    assert sink.errors == [caught.value]


def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Nothing was said, and nothing could be."""
    with pytest.raises(Exception, match="401") as caught, client(simulators, key="invalid").speak.v1.connect(**ASKED):
        pass
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code, record.characters) == (Outcome.FAILED, 401, None)
    assert sink.errors == [caught.value]
