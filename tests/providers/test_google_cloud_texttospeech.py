"""Google's text to speech: whole, and as a stream of texts against a stream of audio."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from google.cloud import texttospeech_v1 as texttospeech

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.google_cloud_texttospeech import PROVIDER
from otel_voice.providers.google_cloud_texttospeech_speak import spoken
from tests.capture_sink import RecordingSink, current
from tests.contract.matrix import observing, said
from tests.providers.google_cloud_calls import COLOURS, client, cloud, options
from tests.providers.google_cloud_streams import read, settled
from tests.watch import same_moment, same_seconds, watched

PACKAGE = "texttospeech_v1"
TEXT = "Your table is booked. See you tomorrow"
PIECES = ("Your table is booked.", " See you ", "tomorrow")
VOICE = {"language_code": "en-US", "name": "en-US-Chirp3-HD-Kore"}
EVERY = pytest.mark.parametrize("colour", COLOURS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


async def whole(colour: str, directives: str = "", encoding: str = "LINEAR16", **asked: Any) -> Any:
    """Speak a text as a whole."""
    audio = {"audio_encoding": encoding, **asked}
    made = client(PACKAGE, colour)
    return await settled(
        made.synthesize_speech(input={"text": TEXT}, voice=VOICE, audio_config=audio, **options(directives))
    )


def requests() -> Iterator[Any]:
    """What is to be said, in pieces."""
    audio = {"audio_encoding": "PCM", "sample_rate_hertz": 24000}
    yield texttospeech.StreamingSynthesizeRequest(streaming_config={"voice": VOICE, "streaming_audio_config": audio})
    for piece in PIECES:
        yield texttospeech.StreamingSynthesizeRequest(input={"text": piece})


async def _async(items: Iterator[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


async def streamed(colour: str, directives: str = "", asked: Any = None, **others: Any) -> Any:
    """A stream of audio."""
    given = asked if asked is not None else requests()
    given = _async(given) if colour and not hasattr(given, "__aiter__") else given
    return await settled(client(PACKAGE, colour).streaming_synthesize(requests=given, **options(directives, **others)))


@EVERY
async def test_a_whole_synthesis_is_one_record(sink: RecordingSink, colour: str) -> None:
    """Voice, language, characters and audio; the rate and the length are read out of the header of the audio."""
    answer = await whole(colour)
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.provider) == (Outcome.COMPLETED, "gcp.texttospeech")
    assert (record.voice, record.language) == (VOICE["name"], "en-US")
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.audio_format, record.sample_rate) == ("linear16", 24000)
    assert record.audio_bytes == len(answer.audio_content)
    assert record.audio_seconds == pytest.approx((len(answer.audio_content) - 44) / 48000)
    assert (record.server_address, record.server_port) == ("127.0.0.1", cloud().port)
    assert not record.streamed


@EVERY
async def test_audio_whose_bytes_say_no_length(sink: RecordingSink, colour: str) -> None:
    """MP3 has a size and no length."""
    await whole(colour, encoding="MP3", sample_rate_hertz=24000)
    record = sink.only(TextToSpeech)
    assert (record.audio_format, record.sample_rate, record.audio_seconds) == ("mp3", 24000, None)
    assert record.audio_bytes > 0


@EVERY
async def test_a_stream_is_one_record(sink: RecordingSink, colour: str) -> None:
    """All texts, all audio, voice and format, in one synthesis."""
    answers = await read(await streamed(colour))
    record = sink.only(TextToSpeech)
    size = sum(len(answer.audio_content) for answer in answers)
    assert (record.outcome, record.streamed, record.chunks) == (Outcome.COMPLETED, True, len(answers))
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.voice, record.audio_format, record.sample_rate) == (VOICE["name"], "pcm", 24000)
    assert (record.audio_bytes, record.audio_seconds) == (size, pytest.approx(size / 48000))
    assert sink.first_chunks == [record]
    assert (record.server_address, record.server_port) == ("127.0.0.1", cloud().port)


@watched
@EVERY
async def test_times_are_those_of_the_callers_own_clock(colour: str) -> None:
    """It begins with its first text, however long that is awaited, and its first and last chunk are the caller's."""
    texted: list[int] = []
    got: list[int] = []

    def slowly() -> Iterator[Any]:
        first, *others = requests()
        yield first
        time.sleep(0.05)  # a model thinks
        texted.append(time.perf_counter_ns())
        yield from others

    with observing(PROVIDER) as sink:
        stream = await streamed(colour, "first=0.1,interval=0.02", slowly())
        await read(stream, lambda answer: got.append(time.perf_counter_ns()))
    record = sink.only(TextToSpeech)
    same_moment(record.started_ns, texted[0])
    same_moment(record.first_chunk_ns, got[0])
    same_moment(record.last_chunk_ns, got[-1])
    same_seconds(record.time_to_first_chunk, (got[0] - texted[0]) / 1e9)
    same_seconds(record.duration, (got[-1] - texted[0]) / 1e9)


@EVERY
async def test_the_programs_iterator_runs_outside_of_the_synthesis(colour: str) -> None:
    """What the program does to make its texts is no part of it, and sees the context of the call."""
    seen: list[tuple[Any, int]] = []
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("of_the_program")
    variable.set(7)

    def noting() -> Iterator[Any]:
        for request in requests():
            seen.append((current.get(), variable.get()))
            yield request

    with observing(PROVIDER):
        assert await read(await streamed(colour, asked=noting()))
    assert seen == [(None, 7)] * 4


@EVERY
async def test_the_first_sentence_is_heard_while_the_second_is_written(sink: RecordingSink, colour: str) -> None:
    """A stream answers before the program has said everything: nothing of ours waits for the end."""
    first: list[Any] = []
    heard = asyncio.Event()

    async def talking() -> AsyncIterator[Any]:
        configuration, sentence, *others = requests()
        yield configuration
        yield sentence
        await asyncio.wait_for(heard.wait(), 5)
        for request in others:
            yield request

    if not colour:
        stream = await streamed(colour)
        first.append(next(stream))
        assert await read(stream)
    else:
        stream = await streamed(colour, asked=talking())
        await read(stream, lambda answer: (first.append(answer), heard.set()))
    assert first[0].audio_content
    assert sink.only(TextToSpeech).characters == len(TEXT)


@EVERY
@pytest.mark.parametrize(
    ("directives", "kind"),
    [("fail=429", "RESOURCE_EXHAUSTED"), ("drop_after=1", "UNAVAILABLE"), ("error_after=1", "INTERNAL")],
)
async def test_an_error_is_the_sdks_own_and_one_record(colour: str, directives: str, kind: str) -> None:
    """Refused, lost or broken: the record has the type, and what was asked for."""

    async def failure() -> Exception:
        try:
            await read(await streamed(colour, f"first=0.05,{directives}"))
        except Exception as error:
            return error
        raise AssertionError("it ended without an error")

    bare = await failure()
    with observing(PROVIDER) as sink:
        mine = await failure()
    assert said(mine) == said(bare)
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.error_type, record.voice) == (Outcome.FAILED, kind, VOICE["name"])
    assert sink.errors[0] in (mine, mine.__cause__)


@EVERY
async def test_nothing_to_say_is_no_synthesis(sink: RecordingSink, colour: str) -> None:
    """A stream that is closed before its first text leaves no record."""
    assert await read(await streamed(colour, asked=iter(list(requests())[:1]))) == []
    assert sink.started == []


def test_what_is_said_of_several_speakers() -> None:
    """Their texts are counted; a prompt that says how they speak is not."""
    turns = [{"speaker": "A", "text": "Hello."}, {"speaker": "B", "text": "Hi."}]
    message = texttospeech.SynthesisInput(multi_speaker_markup={"turns": turns})
    assert spoken(message) == "Hello.\nHi."
    assert spoken({"ssml": "<speak>Hi</speak>"}) == "<speak>Hi</speak>"
    assert spoken(None) == ""
