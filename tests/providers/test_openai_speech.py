"""OpenAI text to speech: whole, in pieces, and as events."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import COLOURS, client, entered, items, observed, settled

TEXT = "Your appointment is booked."
REQUEST: dict[str, Any] = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": TEXT}
BYTES_PER_SECOND = 48000

pytestmark = pytest.mark.parametrize("colour", COLOURS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


def check(record: TextToSpeech, audio: bytes) -> None:
    assert record.outcome is Outcome.COMPLETED
    assert (record.provider, record.request_model, record.voice) == ("openai", "gpt-4o-mini-tts", "alloy")
    assert (record.audio_format, record.sample_rate, record.channels) == ("pcm", 24000, 1)
    assert (record.characters, record.audio_bytes) == (len(TEXT), len(audio))
    assert record.audio_seconds == len(audio) / BYTES_PER_SECOND
    assert record.request_id is not None
    assert record.text_content is None


async def test_a_whole_sound_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """PCM says exactly how long it lasts; there is no first chunk where all of it comes at once."""
    answer = await settled(client(colour, simulators).audio.speech.create(**REQUEST, response_format="pcm"))
    record = sink.only(TextToSpeech)
    check(record, answer.content)
    assert (record.streamed, record.first_chunk_ns) == (False, None)


async def test_a_raw_sound_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A raw response counts the same."""
    speech = client(colour, simulators).audio.speech.with_raw_response
    raw = await settled(speech.create(**REQUEST, response_format="pcm"))
    check(sink.only(TextToSpeech), raw.content)


async def _iterated(response: Any, path: Path) -> bytes:
    return b"".join(await items(response.iter_bytes(4096)))


async def _read(response: Any, path: Path) -> bytes:
    audio = await settled(response.read())
    assert isinstance(audio, bytes)
    return audio


async def _filed(response: Any, path: Path) -> bytes:
    await settled(response.stream_to_file(path))
    return path.read_bytes()


async def _untouched(response: Any, path: Path) -> bytes:
    return b"".join(await items(getattr(response.http_response, _raw_reader(response))()))


def _raw_reader(response: Any) -> str:
    return "aiter_raw" if "Async" in type(response).__name__ else "iter_raw"


@pytest.mark.parametrize("read", [_iterated, _read, _filed, _untouched])
async def test_a_sound_in_pieces_is_one_record(
    colour: str, simulators: Simulators, sink: RecordingSink, read: Callable[..., Any], tmp_path: Path
) -> None:
    """However the program reads the body, the record lasts until the last byte."""
    speech = client(colour, simulators, "interval=0.001").audio.speech.with_streaming_response
    async with entered(speech.create(**REQUEST, response_format="pcm")) as response:
        audio = await read(response, tmp_path / "speech.pcm")
        record = sink.only(TextToSpeech)
    check(record, audio)
    assert record.streamed
    assert record.first_chunk_ns is not None


@pytest.mark.parametrize("wanted", [{"response_format": "wav"}, {"response_format": "mp3"}, {}])
async def test_a_compressed_sound_has_no_length(
    colour: str, simulators: Simulators, sink: RecordingSink, wanted: dict[str, str]
) -> None:
    """Seconds that the size does not tell are absent; the format is the service's own where none is asked for."""
    await settled(client(colour, simulators).audio.speech.create(**REQUEST, **wanted))
    record = sink.only(TextToSpeech)
    assert (record.audio_format, record.audio_seconds) == (wanted.get("response_format", "mp3"), None)
    assert (record.sample_rate, record.channels) == (None, None)
    assert record.audio_bytes > 0


async def test_a_voice_of_ones_own_is_told_by_its_id(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A custom voice is an object in the request and its id in the record."""
    asked = {**REQUEST, "voice": {"id": "voice_1234"}}
    await settled(client(colour, simulators).audio.speech.create(**asked))
    assert sink.only(TextToSpeech).voice == "voice_1234"


def _decoded(body: bytes) -> tuple[bytes, dict[str, int]]:
    events = [json.loads(line.removeprefix("data:")) for line in body.decode().splitlines() if line]
    sound = b"".join(base64.b64decode(event["audio"]) for event in events if "audio" in event)
    return sound, events[-1]["usage"]


@pytest.mark.parametrize("stream", [False, True])
async def test_events_tell_sound_and_usage(
    colour: str, simulators: Simulators, sink: RecordingSink, stream: bool
) -> None:
    """Of a synthesis that comes as events, the sound in them is counted and the usage is read."""
    made = client(colour, simulators, "chunks=7,interval=0.001").audio.speech
    # Older SDKs have no parameter for it.
    asked = {**REQUEST, "response_format": "pcm", "extra_body": {"stream_format": "sse"}}
    if stream:
        async with entered(made.with_streaming_response.create(**asked)) as response:
            body = b"".join(await items(response.iter_bytes(1000)))
    else:
        body = (await settled(made.create(**asked))).content
    audio, usage = _decoded(body)
    record = sink.only(TextToSpeech)
    check(record, audio)
    assert (record.input_tokens, record.output_tokens) == (usage["input_tokens"], usage["output_tokens"])


async def test_the_text_is_kept_when_it_is_asked_for(colour: str, simulators: Simulators) -> None:
    """What was spoken is read when somebody wants content."""
    with observed(RecordingSink(wants_content=True)) as sink:
        await settled(client(colour, simulators).audio.speech.create(**REQUEST))
    assert sink.only(TextToSpeech).text_content == TEXT


@pytest.mark.parametrize(("directive", "least"), [("interval=0.4,chunks=3", 2), ("chunks=3", 0)])
async def test_audio_that_comes_too_slowly_is_told(
    colour: str, simulators: Simulators, sink: RecordingSink, directive: str, least: int
) -> None:
    """A short answer in pieces that take longer than they last would be heard with gaps; one that comes at once not."""
    speech = client(colour, simulators, directive).audio.speech.with_streaming_response
    asked = {**REQUEST, "input": "Yes.", "response_format": "pcm"}
    async with entered(speech.create(**asked)) as response:
        await items(response.iter_bytes())
    record = sink.only(TextToSpeech)
    assert record.underruns is not None
    assert record.underruns >= least
    assert (record.dry_seconds or 0) >= least * 0.1
    assert record.real_time_factor is not None
    assert record.time_to_first_sound is not None
    assert record.time_to_first_chunk is not None
    assert record.time_to_first_sound >= record.time_to_first_chunk
