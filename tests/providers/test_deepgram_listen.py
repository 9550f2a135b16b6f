"""Deepgram's streaming recognition: one record for each utterance, whichever way the program reads."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.deepgram_calls import LISTEN, async_client, chunks, client, control, observed, speech
from tests.watch import same_moment, watched

SAID = "I would like a table.|For two people."
DIRECTIVES = f"first=0,transcript={SAID}"
OPTIONS = {**LISTEN, "interim_results": "true", "vad_events": "true", "endpointing": 300}
AUDIO = speech() + speech()


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    sink = RecordingSink(wants_content=True)
    with observed(sink):
        yield sink


def start_listening(connection: Any) -> None:
    from deepgram.core.events import EventType

    messages: list[Any] = []
    connection.on(EventType.MESSAGE, messages.append)
    connection.start_listening()
    assert messages


def iterate(connection: Any) -> None:
    assert list(connection)


def receive(connection: Any) -> None:
    while getattr(connection.recv(), "type", None) != "Metadata":
        pass


async def async_start_listening(connection: Any) -> None:
    from deepgram.core.events import EventType

    messages: list[Any] = []
    connection.on(EventType.MESSAGE, messages.append)
    await connection.start_listening()
    assert messages


async def async_iterate(connection: Any) -> None:
    assert [message async for message in connection]


async def async_receive(connection: Any) -> None:
    while getattr(await connection.recv(), "type", None) != "Metadata":
        pass


def check(sink: RecordingSink) -> None:
    """Both utterances are there, each complete, in one session."""
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert len(sink.started) == 2
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed
    assert set(sink.held) == set(sink.opened)
    assert [record.conversation for record in sink.records] == sink.opened * 2
    assert [record.transcript_content for record in sink.records] == SAID.split("|")  # type: ignore[attr-defined]


@pytest.mark.parametrize("raw", [False, True], ids=["client", "raw_client"])
@pytest.mark.parametrize("read", [start_listening, iterate, receive])
def test_every_way_of_reading_sees_both_utterances(
    simulators: Simulators, sink: RecordingSink, read: Callable[[Any], None], raw: bool
) -> None:
    """Callbacks, iteration and `recv` each give exactly one record for each utterance of a connection."""
    resource = client(simulators, DIRECTIVES).listen.v1
    with (resource.with_raw_response if raw else resource).connect(**OPTIONS) as connection:
        reader = threading.Thread(target=read, args=(connection,))
        reader.start()
        for chunk in chunks(AUDIO):
            connection.send_media(chunk)
        control(connection, "CloseStream")
        reader.join()
    check(sink)


@pytest.mark.parametrize("raw", [False, True], ids=["client", "raw_client"])
@pytest.mark.parametrize("read", [async_start_listening, async_iterate, async_receive])
def test_every_asynchronous_way_of_reading_sees_both_utterances(
    simulators: Simulators, sink: RecordingSink, read: Callable[[Any], Any], raw: bool
) -> None:
    """The asynchronous client is read the same ways and gives the same records."""

    async def talk() -> None:
        resource = async_client(simulators, DIRECTIVES).listen.v1
        async with (resource.with_raw_response if raw else resource).connect(**OPTIONS) as connection:
            reader = asyncio.create_task(read(connection))
            for chunk in chunks(AUDIO):
                await connection.send_media(chunk)
            await control(connection, "CloseStream")
            await reader

    asyncio.run(talk())
    check(sink)


def hear(simulators: Simulators, directives: str = DIRECTIVES, audio: bytes = AUDIO, **options: Any) -> list[Any]:
    """Send audio, close the stream, and return the messages."""
    with client(simulators, directives).listen.v1.connect(**{**OPTIONS, **options}) as connection:
        for chunk in chunks(audio):
            connection.send_media(chunk)
        control(connection, "CloseStream")
        return list(connection)


def test_the_facts_of_an_utterance_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Model, format, ids, words, confidence, audio and server address are what was asked for and answered."""
    messages = hear(simulators)
    record = sink.records[0]
    assert isinstance(record, SpeechToText)
    request_id = next(message.metadata.request_id for message in messages if message.type == "Results")
    assert (record.request_model, record.response_model) == ("nova-3", "general-nova-3")
    assert (record.language, record.audio_format, record.sample_rate) == ("en", "linear16", 16000)
    assert (record.session_id, record.request_id) == (request_id, request_id)
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert (record.words, record.confidence) == (5, 0.98)
    assert record.streamed
    assert record.interim_results > 0
    finals = [message for message in messages if message.type == "Results" and message.is_final]
    assert record.audio_seconds == pytest.approx(finals[0].duration)


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """Start and end of speech are the moments its audio was sent, and the transcripts when the caller got them."""
    from deepgram.core.events import EventType

    sink.clear()
    seen: dict[str, int] = {}
    sent: list[int] = []

    def read(message: Any) -> None:
        if message.type == "Results" and message.channel.alternatives[0].transcript:
            kind = "final" if message.is_final else "partial"
            seen.setdefault(kind, time.perf_counter_ns())
            seen[f"{kind}_end"] = round(message.channel.alternatives[0].words[-1].end * 50)

    with client(simulators, "first=0,transcript=Hello there").listen.v1.connect(**OPTIONS) as connection:
        connection.on(EventType.MESSAGE, read)
        reader = threading.Thread(target=connection.start_listening)
        reader.start()
        pace = threading.Event()
        for chunk in chunks(speech()):
            sent.append(time.perf_counter_ns())
            connection.send_media(chunk)
            pace.wait(0.002)
        control(connection, "CloseStream")
        reader.join()
    record = sink.only(SpeechToText)
    same_moment(record.started_ns, sent[0])
    same_moment(record.first_partial_ns, seen["partial"])
    same_moment(record.final_ns, seen["final"])
    same_moment(record.ended_ns, seen["final"])
    assert record.speech_end_source == "word_offsets"
    # The clock keeps a checkpoint for each tenth of a second of audio, which takes ten milliseconds here.
    same_moment(record.speech_ended_ns, sent[seen["final_end"]], 30_000_000)


def test_noise_is_no_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """Speech that starts and never has a transcript leaves no record, only the opened and closed session."""
    messages = hear(simulators, "first=0,transcript=Only this was said.")
    assert [message.type for message in messages].count("SpeechStarted") == 2
    assert sink.only(SpeechToText).transcript_content == "Only this was said."
    assert len(sink.opened) == len(sink.closed) == 1


def test_an_utterance_end_ends_an_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """Without endpointing, the server's UtteranceEnd is what makes an utterance final."""
    hear(simulators, endpointing="false", utterance_end_ms="600")
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert {record.speech_end_source for record in sink.records} == {"word_offsets"}  # type: ignore[attr-defined]


def test_a_compressed_encoding_has_no_word_times(simulators: Simulators, sink: RecordingSink) -> None:
    """Where bytes do not say their length, the end of speech is the final transcript, and says so."""
    hear(simulators, sample_rate=None, encoding=None, audio=_wav())
    record = sink.only(SpeechToText)
    assert record.speech_end_source == "final_transcript"
    assert record.speech_ended_ns == record.final_ns


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets records without a transcript."""
    sink = RecordingSink()
    with observed(sink):
        hear(simulators)
    assert [record.transcript_content for record in sink.records] == [None, None]  # type: ignore[attr-defined]


def test_nothing_is_left_after_uninstalling(simulators: Simulators) -> None:
    """The SDK is as it was, and a connection is not observed any more."""
    from deepgram.listen.v1.client import V1Client

    before = vars(V1Client)["connect"]
    sink = RecordingSink()
    with observed(sink):
        assert vars(V1Client)["connect"] is not before
    assert vars(V1Client)["connect"] is before
    hear(simulators)
    assert sink.started == []


def _wav() -> bytes:
    from otel_voice.simulators.audio import wav

    return wav(speech(), 16000)
