"""Cartesia's streaming recognition: one record for each utterance, on demand and by turns."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.cartesia_calls import async_client, listens, observed, only_of_two, sync_client
from tests.watch import same_moment, watched

RATE = 16000
CHUNK = RATE * 2 // 50  # 20 ms
SAID = "I would like a table.|For two people."
DIRECTIVES = f"first=0,transcript={SAID}"
ASKED = {"model": "ink-2", "encoding": "pcm_s16le", "sample_rate": RATE}


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(wants_content=True) as sink:
        yield sink


def speech() -> bytes:
    """Somebody says something, and is silent for a second."""
    return synthesize("I would like a table for two.", RATE) + bytes(RATE * 2)


def chunks(audio: bytes) -> list[bytes]:
    """Audio as a microphone would give it, in pieces of 20 ms."""
    return [audio[at : at + CHUNK] for at in range(0, len(audio), CHUNK)]


def check(sink: RecordingSink) -> None:
    """Both utterances are there, each complete, in one session."""
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.transcript_content for record in sink.records] == SAID.split("|")  # type: ignore[attr-defined]
    assert len(sink.started) == 2
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed
    assert [record.conversation for record in sink.records] == sink.opened * 2


def turns(connection: Any) -> None:
    """Two utterances, whose ends the server finds."""
    for chunk in chunks(speech() * 2):
        connection.send_raw(chunk)
    connection.send({"type": "close"})
    assert [event.type for event in connection if event.type == "turn.end"] == ["turn.end"] * 2


def push_to_talk(connection: Any) -> None:
    """Two utterances, whose ends the program tells."""
    for _ in range(2):
        for chunk in chunks(speech()):
            connection.send_raw(chunk)
        connection.send("finalize")
        for event in connection:
            if event.type == "flush_done":
                break
    connection.send("close")
    list(connection)


@listens
@pytest.mark.parametrize("talk", [turns, push_to_talk])
def test_each_utterance_is_one_record(simulators: Simulators, sink: RecordingSink, talk: Callable[[Any], None]) -> None:
    """Turns that the server finds, and stretches of speech that the program asks to be transcribed."""
    stt = sync_client(simulators, DIRECTIVES).stt
    resource = stt.auto_finalize if talk is turns else stt.manual_finalize
    with resource.websocket(**ASKED) as connection:
        talk(connection)
    check(sink)


@listens
@pytest.mark.parametrize("kind", ["auto_finalize", "manual_finalize"])
async def test_the_asynchronous_client_gives_the_same_records(
    simulators: Simulators, sink: RecordingSink, kind: str
) -> None:
    """Read by a task beside the one that sends."""
    async with getattr(async_client(simulators, DIRECTIVES).stt, kind).websocket(**ASKED) as connection:

        async def read() -> list[Any]:
            return [event async for event in connection]

        reader = asyncio.create_task(read())
        for _ in range(2):
            for chunk in chunks(speech()):
                await connection.send_raw(chunk)
            if kind == "manual_finalize":
                await connection.send("finalize")
        await connection.send("close" if kind == "manual_finalize" else {"type": "close"})
        await reader
    check(sink)


@listens
def test_the_facts_of_an_utterance_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Model, format, ids, words, audio and server address."""
    with sync_client(simulators, DIRECTIVES).stt.manual_finalize.websocket(**ASKED, language="en") as connection:
        for chunk in chunks(speech()):
            connection.send_raw(chunk)
        connection.send("close")
        events = list(connection)
    record = sink.only(SpeechToText)
    assert (record.request_model, record.language) == ("ink-2", "en")
    assert (record.audio_format, record.sample_rate) == ("pcm_s16le", RATE)
    assert record.request_id == record.session_id == events[-1].request_id
    assert (record.words, record.streamed) == (5, True)
    assert record.speech_end_source == "word_offsets"
    assert record.server_port == simulators.port


@listens
@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """The transcripts are marked when the caller gets them, and the end of speech when its audio was sent."""
    sink.clear()
    seen: dict[str, int] = {}
    sent: list[int] = []

    def read(connection: Any) -> None:
        for event in connection:
            if event.type == "transcript":
                seen.setdefault("final" if event.is_final else "partial", time.perf_counter_ns())
                seen["words_end"] = round(event.words[-1].end * 50)

    with sync_client(simulators, "first=0,transcript=Hello there").stt.manual_finalize.websocket(**ASKED) as connection:
        reader = threading.Thread(target=read, args=(connection,))
        reader.start()
        pace = threading.Event()
        for chunk in chunks(speech()):
            sent.append(time.perf_counter_ns())
            connection.send_raw(chunk)
            pace.wait(0.002)
        connection.send("close")
        reader.join()
    record = sink.only(SpeechToText)
    same_moment(record.first_partial_ns, seen["partial"])
    same_moment(record.final_ns, seen["final"])
    # The clock keeps a checkpoint for each tenth of a second of audio, which takes ten milliseconds here.
    same_moment(record.speech_ended_ns, sent[seen["words_end"]], 30_000_000)


@listens
def test_an_error_that_comes_as_a_message_is_a_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The provider complains, and the SDK hands the complaint on as an event."""
    with sync_client(simulators, DIRECTIVES).stt.manual_finalize.websocket(**ASKED) as connection:
        connection.send("nonsense")
        assert connection.recv().type == "error"
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "invalid_request")


@listens
def test_a_lost_connection_fails_the_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The caller's own exception is the error of the record."""
    with sync_client(simulators, f"{DIRECTIVES},drop_after=3").stt.auto_finalize.websocket(**ASKED) as connection:
        connection.send_raw(speech())
        with pytest.raises(Exception, match="no close frame") as caught:
            list(connection)
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [caught.value]


@listens
def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The program closes the connection in the middle of an utterance."""
    with sync_client(simulators, DIRECTIVES).stt.auto_finalize.websocket(**ASKED) as connection:
        for chunk in chunks(synthesize("I would like a table for two.", RATE)):
            connection.send_raw(chunk)
        while connection.recv().type != "turn.update":
            pass
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed


@listens
def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """No conversation is opened for it."""
    with (
        pytest.raises(Exception, match="401") as caught,
        sync_client(simulators, key="invalid").stt.auto_finalize.websocket(**ASKED),
    ):
        pass
    assert (sink.only(SpeechToText).status_code, sink.opened) == (401, [])
    assert sink.errors == [caught.value]


@only_of_two
def test_each_utterance_of_two_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """With an endpointing of the server, each of its final transcripts is an utterance."""
    socket = sync_client(simulators, DIRECTIVES).stt.websocket(max_silence_duration_secs=0.5)
    for chunk in chunks(speech() * 2):
        socket.send(chunk)
    socket.send("done")
    assert list(socket.receive())
    socket.close()
    check(sink)
    assert {record.request_model for record in sink.records} == {"ink-whisper"}


@only_of_two
async def test_each_utterance_of_the_asynchronous_two_is_one_record(
    simulators: Simulators, sink: RecordingSink
) -> None:
    """It speaks over aiohttp; what the program asks to be transcribed is one utterance."""
    client = async_client(simulators, DIRECTIVES)
    socket = await client.stt.websocket()

    async def read() -> None:
        async for event in socket.receive():
            if event["type"] == "flush_done":
                return

    for _ in range(2):
        for chunk in chunks(speech()):
            await socket.send(chunk)
        await socket.send("finalize")
        await read()
    await socket.close()
    await client.close()
    check(sink)
