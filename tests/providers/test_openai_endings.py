"""Every way a streamed OpenAI answer can end, over the real transport."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Operation, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import COLOURS, MESSAGES, MODEL, RECORDING, client, entered, items, observed, settled
from tests.watch import same_seconds, watched

SLOW = "interval=0.02,chunks=200,reply=" + "word " * 50 + ",transcript=" + "word " * 50
STUCK = "interval=30,chunks=4"
STREAMS: dict[str, Callable[[Any], Any]] = {
    "chat": lambda made: made.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True),
    "responses": lambda made: made.responses.create(model=MODEL, input="Hello", stream=True),
    "transcriptions": lambda made: made.audio.transcriptions.create(model=MODEL, file=RECORDING, stream=True),
}

colours = pytest.mark.parametrize("colour", COLOURS)
streams = pytest.mark.parametrize("kind", STREAMS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


async def begun(colour: str, kind: str, made: Any) -> Any:
    """A stream of which the first item was read."""
    stream = await settled(STREAMS[kind](made))
    await (stream.__anext__() if colour else asyncio.to_thread(next, stream))
    return stream


async def ended(sink: RecordingSink, outcome: Outcome) -> Operation:
    """The one record, once it has ended."""
    deadline = time.monotonic() + 10
    while not sink.records:
        assert time.monotonic() < deadline, "no record has ended"
        gc.collect()
        await asyncio.sleep(0.001)
    record = sink.only(Operation)
    assert record.outcome is outcome
    return record


def speaking(made: Any) -> Any:
    speech = made.audio.speech.with_streaming_response
    return speech.create(model=MODEL, voice="alloy", input="word " * 20, response_format="pcm")


@colours
@streams
async def test_a_connection_lost_in_mid_stream_is_a_failure(
    colour: str, kind: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The SDK's own error reaches the program, and the record fails with that very object."""
    with pytest.raises(Exception) as raised:
        await items(STREAMS[kind](client(colour, simulators, "drop_after=2,interval=0.01,chunks=6")))
    record = await ended(sink, Outcome.FAILED)
    assert sink.errors == [raised.value]
    assert record.first_chunk_ns is not None


@colours
@streams
async def test_an_event_that_cannot_be_read_is_a_failure(
    colour: str, kind: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """So does the error of a broken event."""
    with pytest.raises(Exception) as raised:
        await items(STREAMS[kind](client(colour, simulators, "malformed_after=2,interval=0.01,chunks=6")))
    await ended(sink, Outcome.FAILED)
    assert sink.errors == [raised.value]


@colours
async def test_a_connection_lost_in_mid_speech_is_a_failure(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A body that breaks off fails with the transport's own error; what was heard by then is counted."""
    made = client(colour, simulators, "drop_after=2,interval=0.05,chunks=6")
    with pytest.raises(Exception) as raised:
        async with entered(speaking(made)) as response:
            await items(response.iter_bytes())
    record = await ended(sink, Outcome.FAILED)
    assert sink.errors == [raised.value]
    assert record.last_chunk_ns is not None


@colours
@streams
async def test_a_stream_that_is_closed_is_interrupted(
    colour: str, kind: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A program that closes a stream wants no more of it; nothing failed."""
    stream = await begun(colour, kind, client(colour, simulators, SLOW))
    await settled(stream.close())
    await ended(sink, Outcome.INTERRUPTED)


@streams
async def test_a_stream_closed_by_another_task_is_interrupted(
    kind: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The read that is cut short may fail; it is the program that wanted no more."""
    stream = await begun("Async", kind, client("Async", simulators, STUCK))
    reading = asyncio.ensure_future(stream.__anext__())
    await asyncio.sleep(0)
    await stream.close()
    await ended(sink, Outcome.INTERRUPTED)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert sink.outcomes == [Outcome.INTERRUPTED]


@streams
async def test_a_stream_closed_by_another_thread_is_interrupted(
    kind: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The same for a thread."""
    stream = await begun("", kind, client("", simulators, "interval=0.5,chunks=4"))
    entered_read = threading.Event()

    def read() -> None:
        entered_read.set()
        try:
            list(stream)
        except Exception:
            return

    thread = threading.Thread(target=read)
    thread.start()
    entered_read.wait()
    while not stream._iterator.gi_running:
        await asyncio.sleep(0.001)
    stream.close()
    thread.join()
    await ended(sink, Outcome.INTERRUPTED)


@colours
@streams
async def test_a_stream_broken_out_of_is_interrupted(
    colour: str, kind: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A loop that is left, and a stream that is dropped with it, end the record when it was last read."""

    async def first() -> None:
        stream = await settled(STREAMS[kind](client(colour, simulators, SLOW)))
        if colour:
            async for _ in stream:
                break
        else:
            for _ in stream:
                break

    await first()
    await ended(sink, Outcome.INTERRUPTED)


@colours
async def test_a_stream_that_nobody_reads_is_interrupted(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A stream that is dropped unread had no first chunk."""
    await settled(STREAMS["chat"](client(colour, simulators)))
    record = await ended(sink, Outcome.INTERRUPTED)
    assert record.first_chunk_ns is None


@colours
async def test_a_dropped_stream_is_not_kept_alive(colour: str, simulators: Simulators) -> None:
    """Neither a stream nor a raw response outlives the program's last reference to it."""
    gc.collect()
    gc.disable()
    try:
        with observed(RecordingSink()):
            completions = client(colour, simulators).chat.completions
            stream = await settled(completions.create(model=MODEL, messages=MESSAGES, stream=True))
            await items(stream)
            raw = await settled(completions.with_raw_response.create(model=MODEL, messages=MESSAGES, stream=True))
            parsed = raw.parse()
            await items(parsed)
            kept = [weakref.ref(each) for each in (stream, raw, parsed)]
            del stream, raw, parsed
            deadline = time.monotonic() + 10
            while any(reference() is not None for reference in kept):
                assert time.monotonic() < deadline, [reference() for reference in kept]
                await asyncio.sleep(0.001)
    finally:
        gc.enable()


@colours
async def test_a_body_left_early_is_interrupted(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Leaving the block of a streamed response ends the record with what was heard by then."""
    async with entered(speaking(client(colour, simulators, "interval=0.02,chunks=50"))) as response:
        body = response.iter_bytes()
        first = await body.__anext__() if colour else next(body)
    record = await ended(sink, Outcome.INTERRUPTED)
    assert getattr(record, "audio_bytes", 0) >= len(first) > 0


@colours
async def test_a_body_that_nobody_reads_is_interrupted(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """So does leaving it without reading anything."""
    async with entered(speaking(client(colour, simulators))):
        assert not sink.records
    record = await ended(sink, Outcome.INTERRUPTED)
    assert (record.first_chunk_ns, getattr(record, "audio_seconds", None)) == (None, None)


@streams
async def test_a_cancelled_read_is_interrupted(kind: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Cancelling the task that reads is no failure of the provider."""
    stream = await begun("Async", kind, client("Async", simulators, STUCK))
    reading = asyncio.ensure_future(stream.__anext__())
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await ended(sink, Outcome.INTERRUPTED)


@streams
async def test_a_read_that_took_the_program_too_long_is_interrupted(
    kind: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A time-out of the program's own, around a read, is the program's."""
    stream = await begun("Async", kind, client("Async", simulators, STUCK))
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(stream.__anext__(), 0.05)
    await ended(sink, Outcome.INTERRUPTED)


async def test_a_cancelled_call_is_interrupted(simulators: Simulators, sink: RecordingSink) -> None:
    """Cancelling a call before its answer came is no failure of the provider."""
    made = client("Async", simulators, "first=30")
    calling = asyncio.ensure_future(made.chat.completions.create(model=MODEL, messages=MESSAGES))
    while not sink.started:
        await asyncio.sleep(0.001)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await ended(sink, Outcome.INTERRUPTED)


async def measured(colour: str, kind: str, made: Any) -> tuple[float, float]:
    """Seconds to the first item and to the end, as the program itself sees them."""
    start = time.perf_counter()
    stream = await settled(STREAMS[kind](made))
    await (stream.__anext__() if colour else settled(next(stream)))
    first = time.perf_counter() - start
    await items(stream)
    return first, time.perf_counter() - start


@colours
@streams
@watched
async def test_times_are_the_callers_own(colour: str, kind: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first chunk and the end are marked when the caller sees them, within 10 ms or 5 %."""
    made = client(colour, simulators, "first=0.1,interval=0.02,chunks=5")
    sink.clear()
    first, total = await measured(colour, kind, made)
    record = await ended(sink, Outcome.COMPLETED)
    same_seconds(record.time_to_first_chunk, first)
    same_seconds(record.duration, total)
