"""LMNT: one record for each request, and for each text that a session flushes."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.lmnt import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import websocket
from tests.contract.exercises.lmnt import FORMAT, VERSION, client
from tests.contract.matrix import observing
from tests.watch import same_moment, watched

RATE = 32000
"""Bytes a second of what is asked for."""
QUICK = "first=0,interval=0.001,chunks=4"
SLOW = "first=0,interval=0.05,chunks=20"
TEXT = "Your table is booked for seven."
MOVED = VERSION >= (2, 6)
counts_flushes = pytest.mark.skipif(VERSION < (2, 2), reason="before 2.2 nobody says that a flush is done")


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


@asynccontextmanager
async def session(simulators: Simulators, directives: str = QUICK, key: str = "simulated") -> AsyncIterator[Any]:
    """A session that stands."""
    base = simulators.simulate(quote(directives, safe="=,"))
    if not MOVED:  # one address for all
        sys.modules["lmnt.lib.websocket_streaming"].URL_STREAMING = f"{websocket(base)}/v1/ai/speech/stream"  # type: ignore[attr-defined]
    made = await client("Async", base, key=key).speech.sessions.create(voice="leah", language="en", **FORMAT)
    try:
        yield made
    finally:
        await made.close()


async def do(made: Any, what: str, *arguments: str) -> None:
    """Append a text, flush or finish; each generation of the SDK has its names."""
    names = {"text": "send_text", "flush": "send_flush", "finish": "send_finish"}
    await getattr(made, names[what] if MOVED else {"text": "append_text"}.get(what, what))(*arguments)


async def heard(made: Any) -> bytes:
    """All audio to the end of the session."""
    return b"".join([message.audio async for message in made if getattr(message, "audio", None)])


async def test_a_session_that_is_finished_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Text, audio, voice, format, ids and address are what was asked for and heard."""
    async with session(simulators) as made:
        for piece in (TEXT[:10], TEXT[10:]):
            await do(made, "text", piece)
        await do(made, "finish")
        audio = await heard(made)
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.COMPLETED
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.audio_bytes, record.chunks) == (len(audio), 4)
    assert record.audio_seconds == len(audio) / RATE
    assert (record.voice, record.language, record.streamed) == ("leah", "en", True)
    assert (record.audio_format, record.sample_rate) == ("pcm_s16le", 16000)
    assert record.server_port == simulators.port
    if MOVED:
        assert record.request_id == made.request_id is not None


@counts_flushes
async def test_each_flushed_text_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """A text that is appended before the one before it was spoken keeps its own audio."""
    texts = (TEXT, "Goodbye.")
    async with session(simulators) as made:
        for text in texts:
            await do(made, "text", text)
            await do(made, "flush")
        await do(made, "finish")
        audio = await heard(made)
    records = [record for record in sink.records if isinstance(record, TextToSpeech)]
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.text_content for record in records] == list(texts)
    assert sum(record.audio_bytes for record in records) == len(audio)
    assert records[0].audio_bytes > records[1].audio_bytes > 0


@watched
async def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """First audio is the first chunk the caller gets; the end, the end of the session."""
    sink.clear()
    async with session(simulators, "first=0.05,interval=0.02,chunks=4") as made:
        started = time.perf_counter_ns()
        await do(made, "text", TEXT)
        await do(made, "finish")
        first = 0
        async for message in made:
            if getattr(message, "audio", None) and not first:
                first = time.perf_counter_ns()
        ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    same_moment(record.started_ns, started)
    same_moment(record.first_chunk_ns, first)
    same_moment(record.ended_ns, ended)
    assert sink.first_chunks == [record]


async def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The program closes the session in the middle of the audio."""
    async with session(simulators, SLOW) as made:
        await do(made, "text", TEXT)
        await do(made, "flush")
        async for message in made:
            if getattr(message, "audio", None):
                break
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.INTERRUPTED, 1)


@pytest.mark.skipif(not MOVED, reason="a greeting is counted as a message")
async def test_a_lost_connection_fails_the_synthesis(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK tells nothing of it: its messages are just over."""
    async with session(simulators, "first=0,interval=0.02,chunks=9,drop_after=4") as made:
        await do(made, "text", TEXT)
        await do(made, "finish")
        await heard(made)
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.FAILED, 3)


@pytest.mark.skipif(not MOVED, reason="older services tell no more than a text")
@pytest.mark.parametrize(
    ("directives", "key", "kind"),
    [(f"{QUICK},fail=429,model=leah", "simulated", "rate_limit_error"), (QUICK, "invalid", "authentication_error")],
    ids=["voice", "key"],
)
async def test_an_error_that_comes_as_a_message(
    simulators: Simulators, sink: RecordingSink, directives: str, key: str, kind: str
) -> None:
    """The service refuses what is to be said, or the session: one failed record."""
    async with session(simulators, directives, key) as made:
        if key != "invalid":
            await do(made, "text", TEXT)
            await do(made, "text", TEXT)
        messages = [message async for message in made]
    assert messages[-1].type == "error"
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, kind)


async def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Nothing was said, and nothing could be; the caller's own exception is the error of the record."""
    with pytest.raises(Exception, match="503") as caught:
        async with session(simulators, "fail=503"):
            raise AssertionError("it was not refused")
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code, record.characters) == (Outcome.FAILED, 503, None)
    assert sink.errors == [caught.value]


@pytest.mark.parametrize("method", ["generate", "generate_detailed"])
def test_an_answer(simulators: Simulators, sink: RecordingSink, method: str) -> None:
    """Text, audio, voice, format and ids of one that comes whole."""
    speech = client("", simulators.simulate(QUICK)).speech
    getattr(speech, method)(text=TEXT, voice="leah", language="en", **FORMAT)
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.streamed) == (Outcome.COMPLETED, False)
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert record.audio_bytes > 0
    assert record.audio_seconds == record.audio_bytes / RATE
    assert (record.voice, record.language, record.server_port) == ("leah", "en", simulators.port)
    if MOVED:
        assert record.request_id


@watched
def test_first_audio_of_an_answer_that_is_streamed(simulators: Simulators, sink: RecordingSink) -> None:
    """It is when the caller gets its first bytes."""
    sink.clear()
    speech = client("", simulators.simulate("first=0.05,interval=0.02,chunks=4")).speech
    started = time.perf_counter_ns()
    with speech.with_streaming_response.generate(text=TEXT, voice="leah", **FORMAT) as response:
        pieces = response.iter_bytes()
        size = len(next(pieces))
        first = time.perf_counter_ns()
        size += sum(map(len, pieces))
        ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    assert (record.streamed, record.audio_bytes) == (True, size)
    same_moment(record.started_ns, started)
    same_moment(record.first_chunk_ns, first)
    same_moment(record.ended_ns, ended)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_an_answer_that_is_refused(simulators: Simulators, sink: RecordingSink, status: int) -> None:
    """The caller's own exception is the error of the record, with its status."""
    with pytest.raises(Exception, match=str(status)) as caught:
        client("", simulators.simulate(f"fail={status}")).speech.generate(text=TEXT, voice="leah")
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code) == (Outcome.FAILED, status)
    assert sink.errors == [caught.value]
    assert record.request_id
