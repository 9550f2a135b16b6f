"""Deepgram's Flux: one record for each turn of the user."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.deepgram_calls import RATE, async_client, chunks, client, control, observed, speech

SAID = "I would like a table.|For two people."
DIRECTIVES = f"first=0,transcript={SAID}"
OPTIONS: dict[str, Any] = {"model": "flux-general-en", "encoding": "linear16", "sample_rate": RATE}
AUDIO = speech() + speech()


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    sink = RecordingSink(wants_content=True)
    with observed(sink):
        yield sink


def check(sink: RecordingSink) -> None:
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert len(sink.started) == 2
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed
    assert [record.transcript_content for record in sink.records] == SAID.split("|")  # type: ignore[attr-defined]


@pytest.mark.parametrize("raw", [False, True], ids=["client", "raw_client"])
def test_each_turn_is_one_record(simulators: Simulators, sink: RecordingSink, raw: bool) -> None:
    """Two turns on one connection, an early end among the interim results, give exactly two records."""
    resource = client(simulators, DIRECTIVES).listen.v2
    connect = (resource.with_raw_response if raw else resource).connect
    with connect(**OPTIONS, eager_eot_threshold=0.5) as connection:
        for chunk in chunks(AUDIO):
            connection.send_media(chunk)
        control(connection, "CloseStream")
        events = [message.event for message in connection if message.type == "TurnInfo"]
    assert events.count("EagerEndOfTurn") == events.count("EndOfTurn") == 2
    check(sink)


@pytest.mark.parametrize("raw", [False, True], ids=["client", "raw_client"])
def test_each_turn_of_an_asynchronous_connection_is_one_record(
    simulators: Simulators, sink: RecordingSink, raw: bool
) -> None:
    """The asynchronous client gives the same records."""

    async def talk() -> None:
        resource = async_client(simulators, DIRECTIVES).listen.v2
        async with (resource.with_raw_response if raw else resource).connect(**OPTIONS) as connection:
            for chunk in chunks(AUDIO):
                await connection.send_media(chunk)
            await control(connection, "CloseStream")
            assert [message async for message in connection]

    asyncio.run(talk())
    check(sink)


def test_the_facts_of_a_turn_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Model, ids, words, confidence, audio and the end of speech are read from the turn's messages."""
    with client(simulators, DIRECTIVES).listen.v2.connect(**OPTIONS) as connection:
        for chunk in chunks(AUDIO):
            connection.send_media(chunk)
        control(connection, "CloseStream")
        turn = next(message for message in list(connection) if getattr(message, "event", None) == "EndOfTurn")
    record = sink.records[0]
    assert isinstance(record, SpeechToText)
    assert (record.request_model, record.audio_format, record.sample_rate) == ("flux-general-en", "linear16", RATE)
    assert (record.session_id, record.request_id) == (turn.request_id, turn.request_id)
    assert (record.words, record.confidence) == (5, pytest.approx(0.98))
    assert record.audio_seconds == pytest.approx(turn.audio_window_end - turn.audio_window_start)
    assert record.speech_end_source == "word_offsets"
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert record.interim_results > 0


def test_leaving_in_the_middle_of_a_turn_interrupts_it(simulators: Simulators, sink: RecordingSink) -> None:
    """The program leaves while the user speaks."""
    with client(simulators, DIRECTIVES).listen.v2.connect(**OPTIONS) as connection:
        for chunk in chunks(AUDIO[: RATE * 2]):
            connection.send_media(chunk)
        while not getattr(connection.recv(), "transcript", None):
            pass
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed


def test_a_fatal_error_fails_the_connection_once(simulators: Simulators, sink: RecordingSink) -> None:
    """An Error before anybody spoke is one failed record with the code that the server names."""
    with client(simulators, DIRECTIVES).listen.v2.connect(**OPTIONS) as connection:
        control(connection, "Unheard-of")
        while connection.recv().type != "Error":
            pass
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "UNPARSABLE_CLIENT_MESSAGE")


def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK's very exception reaches the caller."""
    with pytest.raises(Exception, match="503") as caught, client(simulators, "fail=503").listen.v2.connect(**OPTIONS):
        pass
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code) == (Outcome.FAILED, 503)
    assert sink.errors == [caught.value]
