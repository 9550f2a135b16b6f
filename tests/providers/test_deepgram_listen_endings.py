"""How a listening connection ends: left, closed, dropped, refused, cancelled, or with an error message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.deepgram_calls import LISTEN, RATE, async_client, chunks, client, control, observed, speech

OPTIONS = {**LISTEN, "interim_results": "true", "endpointing": 300}
HALF = speech()[: RATE * 2]
"""The speaker is not done."""
DIRECTIVES = "first=0,transcript=I would like a table for two."


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    sink = RecordingSink()
    with observed(sink):
        yield sink


def first_transcript(connection: Any) -> None:
    while not _is_transcript(connection.recv()):
        pass


async def async_first_transcript(connection: Any) -> None:
    while not _is_transcript(await connection.recv()):
        pass


def _is_transcript(message: Any) -> bool:
    return message.type == "Results" and bool(message.channel.alternatives[0].transcript)


def check_session(sink: RecordingSink) -> None:
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed


def test_leaving_in_the_middle_interrupts_an_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The program leaves the block while only interim transcripts have come: interrupted, and it ends then."""
    with client(simulators, DIRECTIVES).listen.v1.connect(**OPTIONS) as connection:
        for chunk in chunks(HALF):
            connection.send_media(chunk)
        first_transcript(connection)
        leaving = time.perf_counter_ns()
    left = time.perf_counter_ns()
    record = sink.only(SpeechToText)
    assert record.outcome is Outcome.INTERRUPTED
    assert record.final_ns is record.speech_ended_ns is None
    assert record.ended_ns is not None
    assert leaving <= record.ended_ns <= left
    check_session(sink)


def test_an_error_of_the_program_is_not_the_providers(simulators: Simulators, sink: RecordingSink) -> None:
    """An exception raised inside the block passes unchanged, and the utterance was interrupted."""
    error = ValueError("of the program")
    with pytest.raises(ValueError) as caught, client(simulators, DIRECTIVES).listen.v1.connect(**OPTIONS) as connection:
        for chunk in chunks(HALF):
            connection.send_media(chunk)
        first_transcript(connection)
        raise error
    assert caught.value is error
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    check_session(sink)


def test_closing_the_stream_completes_an_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """CloseStream makes the server send a last final result, and with it the utterance is whole."""
    with client(simulators, DIRECTIVES).listen.v1.connect(**OPTIONS) as connection:
        for chunk in chunks(HALF):
            connection.send_media(chunk)
        control(connection, "CloseStream")
        assert list(connection)
        record = sink.only(SpeechToText)
    assert record.outcome is Outcome.COMPLETED
    assert record.speech_end_source == "word_offsets"
    check_session(sink)


def test_finalize_completes_an_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The program asks for the final result with Finalize, and gets it on the open connection."""
    with client(simulators, DIRECTIVES).listen.v1.connect(**OPTIONS) as connection:
        for chunk in chunks(HALF):
            connection.send_media(chunk)
        control(connection, "KeepAlive")
        control(connection, "Finalize")
        while not connection.recv().from_finalize:
            pass
        assert sink.only(SpeechToText).outcome is Outcome.COMPLETED
    check_session(sink)


def test_a_lost_connection_fails_the_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The connection drops in mid-utterance: the caller's own exception is the error of the record."""
    drop = f"{DIRECTIVES},drop_after=1"
    with client(simulators, drop).listen.v1.connect(**OPTIONS) as connection:
        connection.send_media(HALF[:RATE])  # half a second: one interim result
        first_transcript(connection)
        connection.send_media(HALF)
        with pytest.raises(Exception, match="no close frame") as caught:
            connection.recv()
    record = sink.only(SpeechToText)
    assert (record.outcome, record.interim_results) == (Outcome.FAILED, 1)
    assert sink.errors == [caught.value]
    check_session(sink)


def test_an_asynchronous_lost_connection_fails_the_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The same on the asynchronous client, whose websocket is of another class."""

    async def talk() -> BaseException:
        drop = f"{DIRECTIVES},drop_after=1"
        async with async_client(simulators, drop).listen.v1.connect(**OPTIONS) as connection:
            await connection.send_media(HALF[:RATE])
            await async_first_transcript(connection)
            await connection.send_media(HALF)
            with pytest.raises(Exception, match="no close frame") as caught:
                await connection.recv()
        return caught.value

    error = asyncio.run(talk())
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [error]
    check_session(sink)


def test_a_loss_that_only_the_sender_notices_fails_the_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The program sends until it cannot, and leaves without reading on: the exception of `send` is the error."""
    drop = f"{DIRECTIVES},drop_after=1"
    with (
        pytest.raises(Exception, match="no close frame") as caught,
        client(simulators, drop).listen.v1.connect(**OPTIONS) as connection,
    ):
        connection.send_media(HALF[:RATE])
        first_transcript(connection)
        while True:
            connection.send_media(HALF)
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [caught.value]
    check_session(sink)


def test_a_connection_lost_before_any_utterance_fails_once(simulators: Simulators, sink: RecordingSink) -> None:
    """Nobody has spoken when the connection drops: one failed record says so, however often the program reads."""
    with client(simulators, "first=0,drop_after=0").listen.v1.connect(**OPTIONS) as connection:
        connection.send_media(HALF)
        for _ in range(2):
            with pytest.raises(Exception, match="no close frame"):
                connection.recv()
    record = sink.only(SpeechToText)
    assert record.outcome is Outcome.FAILED
    assert record.session_id
    check_session(sink)


def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """A wrong key: the SDK's very exception reaches the caller, and the record has its status."""
    with (
        pytest.raises(Exception, match="401") as caught,
        client(simulators, key="invalid").listen.v1.connect(**OPTIONS),
    ):
        pass
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, 401, "401")
    assert sink.errors == [caught.value]
    assert sink.opened == sink.closed == []


def test_an_asynchronous_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The asynchronous client raises another exception for the same refusal."""

    async def talk() -> None:
        async with async_client(simulators, key="invalid").listen.v1.connect(**OPTIONS):
            pass

    with pytest.raises(Exception, match="401") as caught:
        asyncio.run(talk())
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code) == (Outcome.FAILED, 401)
    assert sink.errors == [caught.value]


def test_an_error_message_fails_the_utterance_with_its_type(simulators: Simulators, sink: RecordingSink) -> None:
    """Deepgram says in a message that something is wrong: the utterance fails with the type it names."""
    with client(simulators, DIRECTIVES).listen.v1.connect(**OPTIONS) as connection:
        for chunk in chunks(HALF):
            connection.send_media(chunk)
        first_transcript(connection)
        control(connection, "Unheard-of")
        while connection.recv().type != "Error":
            pass
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "SchemaError")
    check_session(sink)


def test_a_garbled_message_is_the_sdks_to_report(simulators: Simulators, sink: RecordingSink) -> None:
    """A message that is no JSON reaches the program as the SDK has it, and the connection is observed on."""
    garbled = f"{DIRECTIVES},malformed_after=1"
    with client(simulators, garbled).listen.v1.connect(**OPTIONS) as connection:
        for chunk in chunks(speech()):
            connection.send_media(chunk)
        control(connection, "CloseStream")
        with pytest.raises(ValueError):
            for _ in range(2):
                connection.recv()
        while connection.recv().type != "Metadata":
            pass
    assert sink.only(SpeechToText).outcome is Outcome.COMPLETED
    check_session(sink)


def test_cancelling_the_reader_interrupts_the_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """A cancelled task leaves the block: the utterance was interrupted, and nothing failed."""

    async def talk(heard: asyncio.Event) -> None:
        async with async_client(simulators, DIRECTIVES).listen.v1.connect(**OPTIONS) as connection:
            for chunk in chunks(HALF):
                await connection.send_media(chunk)
            await async_first_transcript(connection)
            heard.set()
            await asyncio.Event().wait()

    async def cancel() -> None:
        heard = asyncio.Event()
        task = asyncio.create_task(talk(heard))
        await heard.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    check_session(sink)


def test_a_dropped_connection_object_closes_its_session(simulators: Simulators, sink: RecordingSink) -> None:
    """A program that enters by hand and forgets the manager still gets one record and one closed session."""
    manager = client(simulators, DIRECTIVES).listen.v1.connect(**OPTIONS)
    connection = manager.__enter__()
    for chunk in chunks(HALF):
        connection.send_media(chunk)
    first_transcript(connection)
    del manager
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    check_session(sink)
