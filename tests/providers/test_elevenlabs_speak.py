"""ElevenLabs text to speech over HTTP: facts, times and errors of every surface, through the real SDK."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from elevenlabs.core.api_error import ApiError

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers import elevenlabs_common as common
from otel_voice.simulators.server import Simulators
from tests.contract.exercises import settled
from tests.contract.exercises.elevenlabs import STREAM, VERSION, client
from tests.providers.elevenlabs_calls import MODEL, PCM, RATE, TEXT, hear, observed, speech
from tests.watch import same_seconds, watched

COLOURS = pytest.mark.parametrize("colour", ["", "Async"])
STREAMS = pytest.mark.parametrize("method", ["convert", STREAM])
TWO = VERSION >= (2, 0)
NO_RETRIES = {"max_retries": 0}


def _audio(item: Any) -> bytes:
    if isinstance(item, bytes):
        return item
    return base64.b64decode(item["audio_base64"] if isinstance(item, dict) else item.audio_base_64)


@COLOURS
@STREAMS
async def test_facts_of_a_stream(colour: str, method: str, simulators: Simulators) -> None:
    """Model, voice, language, format, size, length, characters and server are read exactly."""
    with observed() as sink:
        stream = getattr(speech(colour, simulators.url), method)("voice-7", language_code="en", **PCM)
        heard = await hear(stream)
    record = sink.only(TextToSpeech)
    size = sum(map(len, heard.items))
    assert (record.provider, record.request_model, record.voice) == ("elevenlabs", MODEL, "voice-7")
    assert (record.language, record.audio_format, record.sample_rate) == ("en", "pcm", 16000)
    assert (record.audio_bytes, record.audio_seconds) == (size, size / RATE)
    assert record.characters == len(TEXT)
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert (record.streamed, record.outcome) == (True, Outcome.COMPLETED)


@COLOURS
@STREAMS
@watched
async def test_times_of_a_stream(colour: str, method: str, simulators: Simulators) -> None:
    """First audio and the end are what the caller measures, also when the caller starts to listen late."""
    with observed() as sink:
        stream = getattr(speech(colour, simulators.simulate("first=0.1,interval=0.01,chunks=8")), method)("v", **PCM)
        heard = await hear(stream)
    record = sink.only(TextToSpeech)
    same_seconds(record.time_to_first_chunk, heard.first)
    same_seconds(record.duration, heard.total)


@pytest.mark.parametrize(
    ("name", "encoding", "rate", "bytes_per_second"),
    [
        ("pcm_16000", "pcm", 16000, 32000),
        ("pcm_44100", "pcm", 44100, 88200),
        ("ulaw_8000", "ulaw", 8000, 8000),
        ("mp3_44100_128", "mp3", 44100, None),
    ],
)
async def test_formats(
    name: str, encoding: str, rate: int, bytes_per_second: int | None, simulators: Simulators
) -> None:
    """The name of a format gives encoding and rate; seconds are known where the size says them."""
    with observed() as sink:
        heard = await hear(speech("", simulators.url).convert("v", text=TEXT, output_format=name))
    record = sink.only(TextToSpeech)
    size = sum(map(len, heard.items))
    assert (record.audio_format, record.sample_rate, record.audio_bytes) == (encoding, rate, size)
    assert record.audio_seconds == (size / bytes_per_second if bytes_per_second else None)


async def test_what_was_not_said_stays_absent(simulators: Simulators) -> None:
    """A model, language or format that the service chooses itself is not invented."""
    with observed() as sink:
        await hear(speech("", simulators.url).convert("v", text=TEXT))
    record = sink.only(TextToSpeech)
    assert (record.request_model, record.language, record.audio_format, record.sample_rate) == (None,) * 4
    assert record.audio_seconds is None


@COLOURS
@watched
async def test_a_whole_answer_with_timestamps(colour: str, simulators: Simulators) -> None:
    """The length of base64 audio is that of the decoded bytes; the answer is timed as the caller times it."""
    with observed() as sink:
        speaking = speech(colour, simulators.url)
        started = time.perf_counter()
        answer = await settled(speaking.convert_with_timestamps("v", **PCM))
        total = time.perf_counter() - started
    record = sink.only(TextToSpeech)
    size = len(_audio(answer))
    assert (record.audio_bytes, record.audio_seconds) == (size, size / RATE)
    assert (record.streamed, record.first_chunk_ns) == (False, None)
    same_seconds(record.duration, total)


@COLOURS
async def test_a_refusal(colour: str, simulators: Simulators) -> None:
    """An `ApiError` gives its status; what was not received is absent."""
    with observed() as sink, pytest.raises(ApiError) as caught:
        await hear(speech(colour, simulators.simulate("fail=429")).convert("v", request_options=NO_RETRIES, **PCM))
    record = sink.only(TextToSpeech)
    assert sink.errors == [caught.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, 429, "429")
    assert (record.first_chunk_ns, record.audio_bytes, record.audio_seconds) == (None, 0, None)
    assert record.request_id == (caught.value.headers["request-id"] if TWO else None)


@COLOURS
async def test_the_spoken_text_when_it_is_asked_for(colour: str, simulators: Simulators) -> None:
    """The text is in the record when somebody asked for content, and only then."""
    with observed(wants_content=True) as sink:
        await hear(speech(colour, simulators.url).convert("v", **PCM))
    assert sink.only(TextToSpeech).text_content == TEXT


def test_what_it_costs_goes_before_what_was_said() -> None:
    """The characters charged for are taken from the header, where the service sends it."""
    record = TextToSpeech("elevenlabs")
    record.characters = 30
    common.headers(record, {"request-id": "r-1"})
    assert (record.request_id, record.characters) == ("r-1", 30)
    common.headers(record, {"request-id": "r-1", "character-cost": "15"})
    assert record.characters == 15


if TWO:

    @COLOURS
    @watched
    async def test_a_stream_with_timestamps(colour: str, simulators: Simulators) -> None:
        """The base64 audio of a stream is counted to the byte, and timed as the caller hears it."""
        with observed() as sink:
            address = simulators.simulate("first=0.1,interval=0.01,chunks=8")
            heard = await hear(speech(colour, address).stream_with_timestamps("v", **PCM))
        record = sink.only(TextToSpeech)
        size = sum(len(_audio(item)) for item in heard.items)
        assert (record.audio_bytes, record.audio_seconds, record.streamed) == (size, size / RATE, True)
        same_seconds(record.time_to_first_chunk, heard.first)
        same_seconds(record.duration, heard.total)

    def test_a_raw_response(simulators: Simulators) -> None:
        """A raw response is one record with the request's id, and the program reads headers and audio as before."""
        with observed() as sink:
            raw = client("", simulators.url, 5).text_to_speech.with_raw_response
            with raw.stream("v", **PCM) as response:
                audio = b"".join(response.data)
                request_id = response.headers["request-id"]
        record = sink.only(TextToSpeech)
        assert (record.audio_bytes, record.request_id, record.outcome) == (
            len(audio),
            request_id,
            Outcome.COMPLETED,
        )

    def test_a_raw_response_closed_by_hand(simulators: Simulators) -> None:
        """Closing the raw response ends the operation then, not when the block is left."""
        with observed() as sink:
            raw = client("", simulators.simulate("interval=0.02"), 5).text_to_speech.with_raw_response
            with raw.stream("v", **PCM) as response:
                next(response.data)
                response.close()
                assert sink.outcomes == [Outcome.INTERRUPTED]
        assert sink.outcomes == [Outcome.INTERRUPTED]
