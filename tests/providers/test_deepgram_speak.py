"""Deepgram's text to speech over HTTP: one record, to the last byte in the caller's hands."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.deepgram_calls import async_client, client, observed
from tests.watch import same_moment, watched

TEXT = "Good morning, this is the Harbour Restaurant."
ASKED: dict[str, Any] = {
    "text": TEXT,
    "model": "aura-2-thalia-en",
    "encoding": "linear16",
    "sample_rate": 16000,
    "request_options": {"max_retries": 0},
}
QUICK = "first=0,interval=0.001,chunks=8"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    sink = RecordingSink(wants_content=True)
    with observed(sink):
        yield sink


def test_the_facts_of_a_synthesis_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Model, voice, format, characters, ids, audio and server address are what was asked for and answered."""
    audio = b"".join(client(simulators, QUICK).speak.v1.audio.generate(**ASKED))
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.COMPLETED
    assert record.request_model == record.response_model == record.voice == "aura-2-thalia-en"
    assert (record.audio_format, record.sample_rate) == ("linear16", 16000)
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.audio_bytes, record.chunks) == (len(audio), 8)
    assert record.audio_seconds == (len(audio) - 44) / 32000  # the header of the WAV container is no sound
    assert record.request_id
    assert record.streamed
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)


def test_the_answer_names_what_was_not_asked_for(simulators: Simulators, sink: RecordingSink) -> None:
    """Without model and encoding, voice and format are those that Deepgram chose."""
    assert b"".join(client(simulators, QUICK).speak.v1.audio.generate(text=TEXT))
    record = sink.only(TextToSpeech)
    assert (record.request_model, record.voice, record.audio_format) == (None, "aura-asteria-en", "mp3")
    assert record.audio_seconds is None


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """First audio and the end are when the caller has them."""
    sink.clear()
    started = time.perf_counter_ns()
    times = []
    for _ in client(simulators, "first=0.05,interval=0.02,chunks=4").speak.v1.audio.generate(**ASKED):
        times.append(time.perf_counter_ns())
    ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    tolerance = max(10_000_000, (times[-1] - started) // 20)
    same_moment(record.first_chunk_ns, times[0], tolerance)
    same_moment(record.last_chunk_ns, times[-1], tolerance)
    same_moment(record.ended_ns, ended, tolerance)
    assert sink.first_chunks == [record]


def test_an_asynchronous_synthesis_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The same on the asynchronous client."""

    async def speak() -> bytes:
        return b"".join([part async for part in async_client(simulators, QUICK).speak.v1.audio.generate(**ASKED)])

    audio = asyncio.run(speak())
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.audio_bytes, record.chunks) == (Outcome.COMPLETED, len(audio), 8)


def test_a_raw_response_is_seen_as_well(simulators: Simulators, sink: RecordingSink) -> None:
    """The raw client's response keeps its type, and its data gives the same record."""
    with client(simulators, QUICK).speak.v1.audio.with_raw_response.generate(**ASKED) as response:
        assert type(response).__name__ == "HttpResponse"
        assert sink.records == []
        audio = b"".join(response.data)
    assert sink.only(TextToSpeech).audio_bytes == len(audio)
    assert sink.outcomes == [Outcome.COMPLETED]


def test_breaking_out_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The caller takes one chunk and drops the generator."""
    stream = client(simulators, QUICK).speak.v1.audio.generate(**ASKED)
    first = next(stream)
    del stream
    gc.collect()
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.audio_bytes) == (Outcome.INTERRUPTED, len(first))


def test_closing_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """`close` on the generator ends the record at once."""
    stream = client(simulators, QUICK).speak.v1.audio.generate(**ASKED)
    next(stream)
    stream.close()
    assert sink.only(TextToSpeech).outcome is Outcome.INTERRUPTED


def test_leaving_a_raw_response_unread_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """Whatever was not read when the block is left was not wanted."""
    with client(simulators, QUICK).speak.v1.audio.with_raw_response.generate(**ASKED):
        pass
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.first_chunk_ns, record.audio_seconds) == (Outcome.INTERRUPTED, None, None)


def test_closing_an_asynchronous_stream_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """`aclose` after the first chunk."""

    async def speak() -> None:
        stream = async_client(simulators, QUICK).speak.v1.audio.generate(**ASKED)
        await anext(stream)
        await stream.aclose()

    asyncio.run(speak())
    assert sink.only(TextToSpeech).outcome is Outcome.INTERRUPTED


def test_cancelling_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """A task cancelled while it waits for the first audio was interrupted, and nothing failed."""

    async def cancel() -> None:
        stream = async_client(simulators, "first=30").speak.v1.audio.generate(**ASKED)
        task = asyncio.create_task(anext(stream))
        while not sink.started:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert sink.only(TextToSpeech).outcome is Outcome.INTERRUPTED


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_refusal_is_the_callers_own_exception(simulators: Simulators, sink: RecordingSink, status: int) -> None:
    """The SDK's error reaches the caller unchanged; the record has its status and request id."""
    from deepgram.core.api_error import ApiError

    with pytest.raises(ApiError) as caught:
        list(client(simulators, f"first=0,fail={status}").speak.v1.audio.generate(**ASKED))
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))
    assert record.request_id == caught.value.headers["dg-request-id"]  # type: ignore[index]
    assert sink.errors == [caught.value]


def test_a_connection_lost_in_mid_stream_fails(simulators: Simulators, sink: RecordingSink) -> None:
    """The transport's own exception reaches the caller after the audio that came, and is the error."""
    parts = []
    with pytest.raises(Exception, match=r"reset|peer") as caught:
        for part in client(simulators, f"{QUICK},drop_after=3").speak.v1.audio.generate(**ASKED):
            parts.append(part)
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.audio_bytes) == (Outcome.FAILED, sum(map(len, parts)))
    assert sink.errors == [caught.value]


def test_nothing_is_asked_before_the_first_chunk_is(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK's generator does nothing until it is read, and so do we."""
    stream = client(simulators, QUICK).speak.v1.audio.generate(**ASKED)
    assert sink.started == []
    stream.close()
    assert sink.started == []
