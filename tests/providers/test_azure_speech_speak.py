"""Azure's synthesis: one record for each text, to the last of its audio in the program's hands."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.azure_speech_speak import _format
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.matrix import until
from tests.providers.azure_speech_calls import observed, speaking, speechsdk
from tests.watch import same_moment, same_seconds, watched

TEXT = "Your table is booked."
SSML = (
    "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'>"
    f"<voice name='en-GB-SoniaNeural'>{TEXT}</voice></speak>"
)
SLOW = "first=0.05,interval=0.02,chunks=6"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(wants_content=True) as sink:
        yield sink


def pieces(stream: Any, size: int = 3200) -> Iterator[bytes]:
    """The audio of a stream, as it can be read."""
    buffer = bytes(size)
    while filled := stream.read_data(buffer):
        yield buffer[:filled]


@pytest.mark.parametrize(
    ("method", "wanted", "voice"),
    [("speak_text", TEXT, "en-US-AvaNeural"), ("speak_ssml", SSML, "en-GB-SoniaNeural")],
    ids=["text", "markup"],
)
@pytest.mark.parametrize("suffix", ["", "_async"], ids=["blocking", "future"])
def test_each_text_is_one_record(
    simulators: Simulators, sink: RecordingSink, method: str, wanted: str, voice: str, suffix: str
) -> None:
    """Characters, voice, format, bytes and seconds; the result is told once, by whichever way it is seen first."""
    synthesizer = speaking(simulators)
    result = getattr(synthesizer, method + suffix)(wanted)
    result = result.get() if suffix else result
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.provider) == (Outcome.COMPLETED, "azure.ai.speech")
    assert (record.voice, record.characters, record.text_content) == (voice, len(TEXT), wanted)
    assert (record.audio_format, record.sample_rate) == ("pcm", 16000)
    assert record.audio_bytes == len(result.audio_data)
    assert record.audio_seconds == result.audio_duration.total_seconds()
    assert record.response_id == result.result_id
    assert record.chunks == 1  # nobody could hear any of it before the whole was there
    assert record.first_chunk_ns is not None
    assert record.ended_ns is not None
    assert record.first_chunk_ns <= record.ended_ns
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """The first audio is marked when the handler gets it, and the end when the result comes."""
    sink.clear()
    seen: list[int] = []
    synthesizer = speaking(simulators, SLOW)
    synthesizer.synthesizing.connect(lambda _: seen.append(time.perf_counter_ns()))
    began = time.perf_counter_ns()
    synthesizer.speak_text(TEXT)
    ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    same_moment(record.first_chunk_ns, seen[0])
    same_seconds(record.time_to_first_chunk, (seen[0] - began) / 1e9)
    same_seconds(record.duration, (ended - began) / 1e9)


@watched
def test_a_stream_lasts_as_long_as_it_is_read(simulators: Simulators, sink: RecordingSink) -> None:
    """The first audio is in the program's hands when the first read returns, and the end when there is no more."""
    sink.clear()
    synthesizer = speaking(simulators, SLOW)
    began = time.perf_counter_ns()
    stream = speechsdk.AudioDataStream(synthesizer.start_speaking_text(TEXT))
    seen, size = [], 0
    for piece in pieces(stream):
        seen.append(time.perf_counter_ns())
        size += len(piece)
    ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.audio_bytes, record.chunks) == (Outcome.COMPLETED, size, len(seen))
    same_moment(record.first_chunk_ns, seen[0])
    same_moment(record.last_chunk_ns, seen[-1])
    same_seconds(record.duration, (ended - began) / 1e9)


@watched
def test_a_whole_result_is_heard_when_it_is_there(simulators: Simulators, sink: RecordingSink) -> None:
    """Without a handler or an output, the first audio in the program's hands is all of it."""
    sink.clear()
    synthesizer = speaking(simulators, SLOW)
    began = time.perf_counter_ns()
    synthesizer.speak_text(TEXT)
    record = sink.only(TextToSpeech)
    same_seconds(record.time_to_first_chunk, (time.perf_counter_ns() - began) / 1e9)


def test_audio_that_is_played_is_heard_when_it_arrives(simulators: Simulators, sink: RecordingSink) -> None:
    """No handler is connected: the native library writes it to an output, piece by piece."""
    output = speechsdk.audio.AudioOutputConfig(stream=speechsdk.audio.PullAudioOutputStream())
    speaking(simulators, SLOW, output).speak_text(TEXT)
    record = sink.only(TextToSpeech)
    assert record.time_to_first_chunk is not None
    assert record.duration is not None
    assert record.time_to_first_chunk < record.duration
    assert sink.first_chunks == [record]


async def test_a_stream_that_is_left_is_interrupted(simulators: Simulators, sink: RecordingSink) -> None:
    """Dropped after its first piece."""
    synthesizer = speaking(simulators, SLOW)
    stream = speechsdk.AudioDataStream(synthesizer.start_speaking_ssml(SSML))
    next(pieces(stream))
    del stream
    gc.collect()
    await until(lambda: sink.records, "a record has ended")
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.chunks) == (Outcome.INTERRUPTED, 1)


def test_a_stream_that_is_saved_is_complete(simulators: Simulators, sink: RecordingSink, tmp_path: Path) -> None:
    """Writing it to a file waits for all of it."""
    synthesizer = speaking(simulators, SLOW)
    stream = speechsdk.AudioDataStream(synthesizer.start_speaking_text(TEXT))
    stream.save_to_wav_file(str(tmp_path / "said.wav"))
    assert sink.only(TextToSpeech).outcome is Outcome.COMPLETED


@pytest.mark.parametrize("start", ["speak_text_async", "start_speaking_text_async"])
async def test_a_result_that_nobody_asks_for(simulators: Simulators, sink: RecordingSink, start: str) -> None:
    """The native library ends the operation, although the program never calls `get` and connects no handler."""
    synthesizer = speaking(simulators, SLOW)
    future = getattr(synthesizer, start)(TEXT)
    await until(lambda: sink.records, "a record has ended")
    assert sink.only(TextToSpeech).audio_bytes > 0
    future.get()
    assert len(sink.records) == 1


def test_the_time_to_connect_is_what_the_sdk_tells(simulators: Simulators, sink: RecordingSink) -> None:
    """The next text goes over the same connection, so that there is none to tell."""
    synthesizer = speaking(simulators)
    told = synthesizer.speak_text(TEXT).properties.get_property(
        speechsdk.PropertyId.SpeechServiceResponse_SynthesisConnectionLatencyMs
    )
    synthesizer.speak_text(TEXT)
    seconds = [record.connection_seconds for record in sink.records if isinstance(record, TextToSpeech)]
    assert seconds == [int(told) / 1000 or None, None]


async def test_texts_in_a_row_are_told_apart(simulators: Simulators, sink: RecordingSink) -> None:
    """The next may be asked for when the result of the last is there, but not yet the events of it."""
    synthesizer = speaking(simulators)
    synthesizer.synthesizing.connect(lambda _: None)
    said = ["One.", "And two.", "And, at last, three."] * 3
    sizes = [len(synthesizer.speak_text(text).audio_data) for text in said]
    assert [(record.text_content, record.audio_bytes) for record in sink.records] == list(  # type: ignore[attr-defined]
        zip(said, sizes, strict=True)
    )
    assert len(sink.started) == len(said)


async def test_texts_at_once_are_all_told(simulators: Simulators, sink: RecordingSink) -> None:
    """The library speaks them in an order of its own; each has one record all the same."""
    synthesizer = speaking(simulators)
    said = ["One.", "And two.", "And, at last, three."]
    futures = [synthesizer.speak_text_async(text) for text in said]
    sizes = [len(future.get().audio_data) for future in futures]
    await until(lambda: len(sink.records) == len(said), "all have ended")
    assert sorted(record.audio_bytes for record in sink.records) == sorted(sizes)  # type: ignore[attr-defined]
    assert sink.outcomes == [Outcome.COMPLETED] * 3


async def test_stopping_interrupts_what_has_not_begun(simulators: Simulators, sink: RecordingSink) -> None:
    """The library tells nothing more of it, so that the next text must not be taken for it."""
    synthesizer = speaking(simulators, "first=0,interval=0.05,chunks=20")
    futures = [synthesizer.speak_text_async(text) for text in ("One.", "Two.", "Three.")]
    synthesizer.stop_speaking()
    for future in futures:
        future.get()
    await until(lambda: len(sink.records) == 3, "all have ended")
    size = len(synthesizer.speak_text(TEXT).audio_data)
    last = sink.records[-1]
    assert isinstance(last, TextToSpeech)
    assert (last.text_content, last.audio_bytes, last.outcome) == (TEXT, size, Outcome.COMPLETED)
    assert len(sink.records) == len(sink.started) == 4


async def test_stopping_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The program does not want the rest; that is no failure of the service."""
    synthesizer = speaking(simulators, "first=0,interval=0.2,chunks=50")
    synthesizer.synthesizing.connect(lambda _: None)
    synthesizer.speak_text_async(TEXT)
    await until(lambda: sink.first_chunks, "the first audio was heard")
    synthesizer.stop_speaking()
    await until(lambda: sink.records, "a record has ended")
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.error_type) == (Outcome.INTERRUPTED, None)


@pytest.mark.parametrize("method", ["speak_text", "start_speaking_text"])
@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refusal_is_a_failed_record(
    simulators: Simulators, sink: RecordingSink, method: str, status: int
) -> None:
    """The SDK raises nothing: the program gets its result, and the record the status and what was said."""
    synthesizer = speaking(simulators, f"first=0,fail={status}")
    getattr(synthesizer, method)(TEXT)
    await until(lambda: sink.records, "a record has ended")
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.error_type, record.status_code) == (Outcome.FAILED, str(status), status)
    assert f"({status})" in str(sink.errors[0])


def test_a_refused_connection_is_a_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Nobody listens there; the name of it is the SDK's own."""
    result = speaking(simulators, url="ws://127.0.0.1:9").speak_text(TEXT)
    assert result.cancellation_details.error_details == str(sink.errors[0])
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "ConnectionFailure")


async def test_a_lost_connection_fails_a_stream_that_is_read(simulators: Simulators, sink: RecordingSink) -> None:
    """What was read before counts."""
    synthesizer = speaking(simulators, f"{SLOW},drop_after=5")
    stream = speechsdk.AudioDataStream(synthesizer.start_speaking_text(TEXT))
    read = sum(map(len, pieces(stream)))
    await until(lambda: sink.records, "a record has ended")
    record = sink.only(TextToSpeech)
    assert (record.outcome, stream.status) == (Outcome.FAILED, speechsdk.StreamStatus.Canceled)
    assert record.error_type is not None
    assert record.audio_bytes == read


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("raw-16khz-16bit-mono-pcm", ("pcm", 16000)),
        ("riff-22050hz-16bit-mono-pcm", ("wav", 22050)),
        ("raw-8khz-8bit-mono-mulaw", ("mulaw", 8000)),
        ("audio-24khz-48kbitrate-mono-mp3", ("mp3", 24000)),
        ("ogg-48khz-16bit-mono-opus", ("opus", 48000)),
        (None, ("wav", 16000)),
    ],
)
def test_formats_are_read_from_their_names(name: str | None, known: tuple[str, int]) -> None:
    """The SDK knows a format by one name only."""
    assert _format(name) == known


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without the text."""
    with observed() as sink:
        speaking(simulators).speak_text(TEXT)
    assert sink.only(TextToSpeech).text_content is None
