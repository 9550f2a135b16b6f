"""Cartesia's text to speech and transcription over HTTP: what is read of a call."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText, TextToSpeech
from otel_voice.simulators.audio import synthesize, wav
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises.cartesia import TWO, VERSION
from tests.providers.cartesia_calls import ONE, RATE, TEXT, async_client, audio, not_of_two, observed, sync_client
from tests.watch import same_seconds, watched

MP3 = {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}
WAV = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 16000}


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(wants_content=True) as sink:
        yield sink


def spoken(client: Any, **asked: Any) -> bytes:
    """All audio of `tts.bytes`, which every major has."""
    return b"".join(client.tts.bytes(**{**ONE, **asked}))


def test_the_facts_of_a_synthesis_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Text, audio, voice, model, format and address; `bytes` and what it calls are one record."""
    heard = spoken(sync_client(simulators), language="en")
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.COMPLETED
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.audio_bytes, record.audio_seconds) == (len(heard), len(heard) / RATE)
    assert (record.request_model, record.language) == ("sonic-3", "en")
    assert (record.audio_format, record.sample_rate) == ("pcm_s16le", 16000)
    assert (record.voice or "").startswith("6ccbfb76")
    assert record.server_port == simulators.port
    assert record.streamed is TWO  # from 3 on, all of it is read before the call returns


@pytest.mark.parametrize("container", [MP3, WAV], ids=["mp3", "wav"])
def test_a_container_is_no_audio(simulators: Simulators, sink: RecordingSink, container: Any) -> None:
    """The header of a WAV is not counted as sound, and a compressed format does not say how long it is."""
    heard = spoken(sync_client(simulators), output_format=container)
    record = sink.only(TextToSpeech)
    assert record.audio_bytes == len(heard)
    assert record.audio_seconds == (None if container is MP3 else (len(heard) - 44) / RATE)
    assert record.audio_format == ("mp3" if container is MP3 else "pcm_s16le")


def test_events_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Audio in server-sent events is counted as bytes of audio, through either name of the method."""
    heard = audio(sync_client(simulators).tts.sse(**ONE)) if not TWO else None
    if heard is None:
        heard = b"".join(_decoded(event) for event in sync_client(simulators).tts.sse(**ONE))
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.audio_bytes) == (Outcome.COMPLETED, len(heard))
    assert record.streamed


def _decoded(event: Any) -> bytes:
    import base64

    return base64.b64decode(getattr(event, "data", ""))


async def test_events_of_the_asynchronous_client_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """The asynchronous client gives the same record."""
    events = async_client(simulators).tts.sse(**ONE)
    items = [item async for item in (events if TWO else await events)]
    assert items
    record = sink.only(TextToSpeech)
    assert record.audio_bytes == len(synthesize(TEXT, 16000))


@not_of_two
def test_a_response_that_is_streamed_ends_with_its_last_byte(simulators: Simulators, sink: RecordingSink) -> None:
    """`with_streaming_response` gives the audio as it comes, and the record lasts as long."""
    with sync_client(simulators).tts.with_streaming_response.generate(**ONE) as response:
        heard = b"".join(response.iter_bytes())
        record = sink.only(TextToSpeech)
    assert (record.streamed, record.audio_bytes) == (True, len(heard))


@pytest.mark.skipif((3, 0) <= VERSION < (3, 1), reason="3.0 reads all events before it gives the first")
@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """First audio and the end are when the caller gets them."""
    sink.clear()
    client = sync_client(simulators, "first=0.05,interval=0.02,chunks=4")
    started = time.perf_counter()
    items = iter(client.tts.sse(**ONE))
    next(items)
    first = time.perf_counter() - started
    list(items)
    total = time.perf_counter() - started
    record = sink.only(TextToSpeech)
    same_seconds(record.time_to_first_chunk, first)
    same_seconds(record.duration, total)


def test_a_refusal_tells_its_status(simulators: Simulators, sink: RecordingSink) -> None:
    """The provider's status is the type of the error, and the caller's own exception its cause."""
    with pytest.raises(Exception, match=r"429|concurrency|Too many") as caught:
        spoken(sync_client(simulators, "first=0,fail=429"))
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, 429, "429")
    assert sink.errors == [caught.value]


def test_the_facts_of_a_transcription_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Model, language, length of the audio, words and the transcript."""
    recording = wav(synthesize("hello there", 16000), 16000)
    result = sync_client(simulators, "first=0,transcript=Hello there.").stt.transcribe(
        file=("a.wav", recording), model="ink-whisper", language="en", timestamp_granularities=["word"]
    )
    record = sink.only(SpeechToText)
    assert record.outcome is Outcome.COMPLETED
    assert (record.request_model, record.language) == ("ink-whisper", "en")
    assert (record.audio_bytes, record.audio_seconds) == (len(recording), result.duration)
    assert (record.words, record.transcript_content) == (2, "Hello there.")
    assert record.request_id == getattr(result, "request_id", record.request_id)
    assert record.server_port == simulators.port
