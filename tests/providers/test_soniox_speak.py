"""Soniox' voices: one record for each stream of a connection, and for each answer that comes whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.soniox import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises.soniox import SPEAKS, client
from tests.contract.matrix import observing
from tests.watch import same_moment, watched

if not SPEAKS:
    pytest.skip(f"Soniox {version('soniox')} does not speak", allow_module_level=True)

from soniox.types.realtime import RealtimeTTSConfig

RATE = 16000
QUICK = "first=0,interval=0.001,chunks=4"
SLOW = "first=0,interval=0.05,chunks=20"
TEXT = "Your table is booked for seven."


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def voice(simulators: Simulators, directives: str = QUICK, colour: str = "", key: str = "simulated") -> Any:
    """A client's voices."""
    return client(colour, simulators.simulate(quote(directives, safe="=,")), key=key).realtime.tts


def stream(name: str = "s-1") -> RealtimeTTSConfig:
    """What is asked of one stream."""
    return RealtimeTTSConfig(
        stream_id=name, model="tts-rt-v1", language="en", voice="Adrian", audio_format="pcm_s16le", sample_rate=RATE
    )


def test_one_text_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Text, audio, voice, format and address are what was asked for and heard; two texts make one stream."""
    with voice(simulators).connect(config=stream()) as speaking:
        speaking.send_text_chunks(iter([TEXT[:10], TEXT[10:]]))
        heard = b"".join(speaking.receive_audio_chunks())
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.COMPLETED
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.audio_bytes, record.chunks) == (len(heard), 4)
    assert record.audio_seconds == len(heard) / (2 * RATE)
    assert (record.request_model, record.voice, record.language) == ("tts-rt-v1", "Adrian", "en")
    assert (record.audio_format, record.sample_rate, record.response_id) == ("pcm_s16le", RATE, "s-1")
    assert (record.streamed, record.server_port) == (True, simulators.port)


async def test_streams_of_one_connection_keep_their_own_audio(simulators: Simulators, sink: RecordingSink) -> None:
    """Two streams speak at once on an asynchronous connection."""
    texts = {"a": TEXT, "b": "Goodbye."}
    sizes = {}
    async with voice(simulators, colour="Async").connect_multi_stream() as speaking:
        streams = {name: await speaking.open_stream(config=stream(name)) for name in texts}
        for name, text in texts.items():
            await streams[name].send_text_chunk(text, text_end=True)
        for name in texts:
            sizes[name] = len(b"".join([chunk async for chunk in streams[name].receive_audio_chunks()]))
    told = {record.response_id: record for record in sink.records if isinstance(record, TextToSpeech)}
    assert {name: (record.text_content, record.audio_bytes) for name, record in told.items()} == {
        name: (text, sizes[name]) for name, text in texts.items()
    }
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """First audio is the first chunk the caller gets; the end, the last."""
    sink.clear()
    with voice(simulators, "first=0.05,interval=0.02,chunks=4").connect(config=stream()) as speaking:
        started = time.perf_counter_ns()
        speaking.send_text_chunk(TEXT, text_end=True)
        chunks = speaking.receive_audio_chunks()
        next(chunks)
        first = time.perf_counter_ns()
        list(chunks)
        ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    same_moment(record.started_ns, started)
    same_moment(record.first_chunk_ns, first)
    same_moment(record.ended_ns, ended)
    assert sink.first_chunks == [record]


@pytest.mark.parametrize("how", ["close", "cancel"])
def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink, how: str) -> None:
    """The program has heard enough: of the connection, or of the stream."""
    with voice(simulators, SLOW).connect(config=stream()) as speaking:
        speaking.send_text_chunk(TEXT, text_end=True)
        next(speaking.receive_audio_chunks())
        getattr(speaking, how)()
        record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.INTERRUPTED, 1)


def test_a_lost_connection_fails_the_synthesis(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK tells nothing of it: the audio is just over."""
    with voice(simulators, "first=0,interval=0.02,chunks=9,drop_after=3").connect(config=stream()) as speaking:
        speaking.send_text_chunk(TEXT, text_end=True)
        list(speaking.receive_audio_chunks())
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.FAILED, 3)


def test_an_error_that_comes_as_a_message_fails_its_stream(simulators: Simulators, sink: RecordingSink) -> None:
    """The provider refuses one stream."""
    with (
        pytest.raises(Exception, match="The stream was refused") as caught,
        voice(simulators, f"{QUICK},fail=429,model=tts-rt-v1").connect(config=stream()) as speaking,
    ):
        speaking.send_text_chunk(TEXT, text_end=True)
        list(speaking.receive_audio_chunks())
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.error_type, record.status_code) == (Outcome.FAILED, "limit_exceeded", 429)
    assert "The stream was refused" in str(caught.value)


def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Nothing was said, and nothing could be."""
    with pytest.raises(Exception, match=r"."), voice(simulators, "fail=503").connect(config=stream()):
        raise AssertionError("it was not refused")
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code, record.characters) == (Outcome.FAILED, 503, None)


def test_an_answer_that_comes_whole(simulators: Simulators, sink: RecordingSink) -> None:
    """Its audio is counted; it has no length that its size would tell, behind a header."""
    made = client("", simulators.simulate(QUICK))
    audio = made.tts.generate(text=TEXT, voice="Adrian", model="tts-rt-v1", language="en")
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.streamed, record.audio_bytes) == (Outcome.COMPLETED, False, len(audio))
    assert (record.request_model, record.voice, record.language) == ("tts-rt-v1", "Adrian", "en")
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_an_answer_that_is_refused(simulators: Simulators, sink: RecordingSink, status: int) -> None:
    """The caller's own exception is the error of the record, with its status and the id of the request."""
    made = client("", simulators.simulate(f"fail={status}"))
    with pytest.raises(Exception, match="refused") as caught:
        made.tts.generate(text=TEXT, voice="Adrian", language="en")
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code, record.request_id) == (Outcome.FAILED, status, caught.value.request_id)
    assert sink.errors == [caught.value]
