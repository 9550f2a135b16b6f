"""Amazon Polly: one synthesis, however the program reads its sound, in botocore and in aiobotocore."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from otel_voice.observation.records import Operation, Outcome, TextToSpeech
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.matrix import until
from tests.providers.aws_calls import COLOURS, TEXT, client, recorded, settled, speech
from tests.providers.openai_calls import items
from tests.watch import same_seconds, watched

pytest.importorskip("botocore", minversion="1.38")

SIZE = 44000  # of the text in 16 bits at 16 kHz

pytestmark = pytest.mark.parametrize("colour", COLOURS)


@pytest.fixture
def sink(colour: str) -> Iterator[RecordingSink]:
    with recorded(colour) as sink:
        yield sink


async def _whole(body: Any) -> bytes:
    return await settled(body.read())


async def _in_pieces(body: Any) -> bytes:
    pieces = []
    while piece := await settled(body.read(4096)):
        pieces.append(piece)
    return b"".join(pieces)


async def _in_chunks(body: Any) -> bytes:
    return b"".join(await items(body.iter_chunks(1000)))


async def _iterated(body: Any) -> bytes:
    return b"".join(await items(body))


async def _one_by_one(body: Any) -> bytes:
    pieces = []
    while True:
        try:
            pieces.append(await body.__anext__() if hasattr(body, "__anext__") else next(body))
        except (StopIteration, StopAsyncIteration):
            return b"".join(pieces)


async def _into(body: Any) -> bytes:
    if not hasattr(body, "readinto"):
        return await _whole(body)  # the older body of aiobotocore cannot
    target, pieces = bytearray(3000), b""
    while size := await settled(body.readinto(target)):
        pieces += target[:size]
    return pieces


async def _entered(body: Any) -> bytes:
    """`with` gives what is underneath; in newer releases of aiobotocore the body itself."""
    if not hasattr(body, "__aenter__"):
        with body as response:
            return b"".join(response.stream(2000))
    async with body as entered:
        return b"".join([chunk async for chunk in getattr(entered, "content", entered)])


async def _entered_in_chunks(body: Any) -> bytes:
    if not hasattr(body, "__aenter__"):
        with body as response:
            return b"".join(iter(lambda: response.read(2000), b""))
    async with body as entered:
        if hasattr(entered, "content"):
            return b"".join([chunk async for chunk, _ in entered.content.iter_chunks()])
        return await entered.read()


async def _entered_whole(body: Any) -> bytes:
    if not hasattr(body, "__aenter__"):
        with body as response:
            return response.read()
    async with body as entered:
        return await entered.read()


async def _closed_after(body: Any) -> bytes:
    if hasattr(body, "__aenter__"):
        return await _whole(body)
    with closing(body):
        return body.read()


WAYS: dict[str, Callable[[Any], Any]] = {
    "whole": _whole,
    "in_pieces": _in_pieces,
    "in_chunks": _in_chunks,
    "iterated": _iterated,
    "one_by_one": _one_by_one,
    "into": _into,
    "entered": _entered,
    "entered_in_chunks": _entered_in_chunks,
    "entered_whole": _entered_whole,
    "closed_after": _closed_after,
}
ways = pytest.mark.parametrize("way", WAYS)


@ways
async def test_every_way_to_read_is_one_record(
    colour: str, way: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """Whole, in pieces, as an iterator, or from underneath: what was asked for, said and heard is read once."""
    async with client(colour, "polly", simulators) as made:
        sound = await WAYS[way](await speech(made))
    assert len(sound) == SIZE
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.COMPLETED
    assert (record.provider, record.request_model, record.voice) == ("aws.polly", "generative", "Ruth")
    assert (record.audio_format, record.sample_rate, record.channels) == ("pcm", 16000, 1)
    assert (record.characters, record.audio_bytes, record.audio_seconds) == (len(TEXT), SIZE, 1.375)
    assert len(str(record.request_id)) == 36
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert record.first_chunk_ns is not None
    assert record.text_content is None


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"OutputFormat": "mp3"}, ("mp3", 24000, None)),
        ({"OutputFormat": "mp3", "Engine": "standard"}, ("mp3", 22050, None)),
        ({"OutputFormat": "mp3", "SampleRate": "22050"}, ("mp3", 22050, None)),
        ({"OutputFormat": "mu-law"}, ("mulaw", 8000, 1.375)),
        ({"OutputFormat": "pcm", "SampleRate": "8000"}, ("pcm", 8000, 1.375)),
    ],
)
async def test_the_format_is_told(
    colour: str, asked: dict[str, Any], told: tuple[Any, ...], simulators: Simulators, sink: RecordingSink
) -> None:
    """As it was asked for, or as the service has it; only what is not compressed says how long it lasts."""
    async with client(colour, "polly", simulators) as made:
        await _whole(await speech(made, **asked))
    record = sink.only(TextToSpeech)
    assert (record.audio_format, record.sample_rate, record.audio_seconds) == told


async def test_characters_are_those_that_are_billed(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The marks of SSML are free; the service says how many are not."""
    marked = {"Text": f"<speak>{TEXT}</speak>", "TextType": "ssml", "LanguageCode": "en-US"}
    async with client(colour, "polly", simulators) as made:
        await _whole(await speech(made, **marked))
    record = sink.only(TextToSpeech)
    assert (record.characters, record.language) == (len(TEXT), "en-US")


async def test_content_is_kept_when_it_is_asked_for(colour: str, simulators: Simulators) -> None:
    """What is said is read when somebody wants content."""
    with recorded(colour, wants_content=True) as sink:
        async with client(colour, "polly", simulators) as made:
            await _whole(await speech(made))
    assert sink.only(TextToSpeech).text_content == TEXT


async def test_speech_marks_are_no_synthesis(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """When each word is said is asked for in the same way, and is no sound."""
    async with client(colour, "polly", simulators) as made:
        assert b"word" in await _whole(await speech(made, OutputFormat="json", SpeechMarkTypes=["word"]))
    assert not sink.started


@watched
async def test_times_are_the_callers(colour: str, simulators: Simulators) -> None:
    """The first bytes and the end are where the program's own watch has them."""
    with recorded(colour) as sink:
        async with client(colour, "polly", simulators, "first=0.1,interval=0.02,chunks=8") as made:
            started = time.perf_counter()
            body = await speech(made)
            await settled(body.read(1000))
            first = time.perf_counter()
            await _in_pieces(body)
            ended = time.perf_counter()
    record = sink.only(TextToSpeech)
    same_seconds(record.time_to_first_chunk, first - started)
    same_seconds(record.duration, ended - started)


async def test_closed_early_it_is_interrupted(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """What was read until then is told at once."""
    async with client(colour, "polly", simulators, "interval=0.02,chunks=8") as made:
        body = await speech(made)
        await settled(body.read(3200))
        await settled(body.close())
        record = sink.only(TextToSpeech)
    assert (record.outcome, record.audio_bytes, record.audio_seconds) == (Outcome.INTERRUPTED, 3200, 0.1)


@pytest.mark.parametrize("read", [0, 3200])
async def test_left_early_it_is_interrupted(
    colour: str, read: int, simulators: Simulators, sink: RecordingSink
) -> None:
    """So is a block that is left before all was read."""
    async with client(colour, "polly", simulators, "interval=0.02,chunks=8") as made:
        body = await speech(made)
        if colour:
            async with body as entered:
                await getattr(entered, "content", entered).read(read)
        else:
            with body as response:
                response.read(read)
        record = sink.only(TextToSpeech)
    assert (record.outcome, record.audio_bytes) == (Outcome.INTERRUPTED, read)
    assert (record.first_chunk_ns is not None) == bool(read)


async def test_dropped_it_is_interrupted_when_it_was_last_read(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A body that nobody holds any more ended with its last bytes, not when the collector came by."""
    async with client(colour, "polly", simulators, "interval=0.02,chunks=8") as made:
        body = await speech(made)
        await settled(body.read(3200))
        del body
        await until(lambda: sink.records, "the body was collected")
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.INTERRUPTED
    assert record.ended_ns == record.last_chunk_ns


async def test_closed_during_a_read_it_is_interrupted(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Barge-in: one task or thread waits for the next bytes while another closes the body."""
    async with client(colour, "polly", simulators, "interval=30,chunks=8", timeout=2.0) as made:
        body = await speech(made)
        waiting = asyncio.ensure_future(_whole(body) if colour else asyncio.to_thread(body.read))
        await until(lambda: sink.entered > sink.left, "a read waits")
        await settled(body.close())
        with contextlib.suppress(Exception):  # the SDK's affair, which says at once or when its time is out
            await waiting
    assert sink.only(TextToSpeech).outcome is Outcome.INTERRUPTED
    assert sink.errors == [None]


@pytest.mark.parametrize("wrong", [{"OutputFormat": None}, {"Text": 7}])
async def test_a_call_that_cannot_be_made_is_a_failure(
    colour: str, wrong: dict[str, Any], simulators: Simulators, sink: RecordingSink
) -> None:
    """What the SDK itself refuses reaches the program as it is."""
    from botocore.exceptions import ParamValidationError

    async with client(colour, "polly", simulators) as made:
        with pytest.raises(ParamValidationError) as raised:
            await speech(made, **wrong)
    assert sink.errors == [raised.value]
    assert sink.only(TextToSpeech).error_type is None  # then it is told by its class


async def test_the_body_is_the_sdks_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The program gets the SDK's body, on which nothing of ours is left in the end."""
    import botocore.response

    async with client(colour, "polly", simulators) as made:
        body = await speech(made)
        under = getattr(body, "_raw_stream", None) or body.__wrapped__
        content = getattr(under, "content", None)
        assert type(body).__module__ == ("aiobotocore.response" if colour else "botocore.response")
        assert colour or type(body) is botocore.response.StreamingBody
        await _whole(body)
    ours = ("read", "read1", "readinto", "stream", "read_chunked", "close", "aclose", "release")
    assert not [name for owner in (body, under) for name in ours if name in vars(owner)]
    assert not hasattr(under, "content") or type(under.content) is not type(content)


async def test_a_method_that_was_kept_is_enough(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A program may hand on `body.read` and forget the body."""
    async with client(colour, "polly", simulators) as made:
        read = (await speech(made)).read
        gc.collect()
        assert len(await settled(read())) == SIZE
    assert sink.only(TextToSpeech).outcome is Outcome.COMPLETED


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        (401, 403, "UnrecognizedClientException"),
        (429, 400, "ThrottlingException"),
        (500, 500, "ServiceFailureException"),
    ],
)
async def test_a_refusal_is_told_by_its_code(
    colour: str, asked: int, status: int, code: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """Some refusals have a status that says little; AWS's code says it all."""
    from botocore.exceptions import ClientError

    async with client(colour, "polly", simulators, f"fail={asked}") as made:
        with pytest.raises(ClientError) as raised:
            await speech(made)
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, code)


@pytest.mark.parametrize("way", ["whole", "in_pieces", "iterated", "entered", "entered_in_chunks"])
async def test_a_lost_connection_is_a_failure(
    colour: str, way: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A connection that breaks in the middle reaches the program as the SDK's own error, however it reads."""
    async with client(colour, "polly", simulators, "drop_after=2,interval=0.02,chunks=8") as made:
        with pytest.raises(Exception) as raised:
            await WAYS[way](await speech(made))
    assert sink.outcomes == [Outcome.FAILED]
    assert sink.errors == [raised.value]


async def test_through_another_client_of_http(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """aiobotocore may be told to use HTTPX, whose bodies are of another class; at first they were read whole only."""
    session = importlib.import_module("aiobotocore.httpxsession") if colour else None
    backend = getattr(session, "HttpxSession", None)
    if backend is None:
        pytest.skip("there is one client of HTTP in botocore, and in aiobotocore before 2.24")
    async with client(colour, "polly", simulators, http_session_cls=backend) as made:
        body = await speech(made)
        pieces = hasattr(type(body), "iter_chunks")
        assert len(await _whole(body)) == SIZE
        if pieces:
            assert len(await _in_chunks(await speech(made))) == SIZE
            body = await speech(made)
            await body.read(3200)
            await body.close()
    told = [(record.outcome, record.audio_bytes) for record in sink.records if isinstance(record, TextToSpeech)]
    partly = [(Outcome.COMPLETED, SIZE), (Outcome.INTERRUPTED, 3200)] if pieces else []
    assert told == [(Outcome.COMPLETED, SIZE), *partly]


async def test_the_stream_in_both_directions_is_not_there(colour: str, simulators: Simulators) -> None:
    """Polly can take text while it speaks, over HTTP/2, which botocore has not got: there is no such method."""
    async with client(colour, "polly", simulators) as made:
        assert not hasattr(made, "start_speech_synthesis_stream")
