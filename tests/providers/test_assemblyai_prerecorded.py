"""AssemblyAI's recognition of a recording: one record from the upload to the transcript."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import assemblyai
import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.simulators.audio import synthesize, wav
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink, current
from tests.contract.exercises.assemblyai import async_transcriber, transcriber
from tests.providers.assemblyai_calls import base, from_one, observed
from tests.providers.deepgram_calls import wait_for
from tests.watch import same_seconds, watched

DIRECTIVES = "first=0,transcript=Hello there."
RECORDING = wav(synthesize("hello there " * 4, 16000), 16000)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(wants_content=True) as sink:
        yield sink


def check(sink: RecordingSink, transcript: Any) -> None:
    """The facts of the transcript are in the one record."""
    record = sink.only(SpeechToText)
    assert record.outcome is Outcome.COMPLETED
    assert (record.response_id, record.transcript_content) == (transcript.id, "Hello there.")
    assert (record.words, record.confidence) == (2, 0.98)
    assert (record.audio_bytes, record.audio_seconds) == (len(RECORDING), 3.0)
    assert record.language == "en_us"


def test_uploading_and_asking_until_it_is_done_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Four requests: the upload, the submission, and the two questions after it."""
    config = assemblyai.TranscriptionConfig(language_code="en_us", speech_model=assemblyai.SpeechModel.best)
    transcript = transcriber(base(simulators, DIRECTIVES)).transcribe(RECORDING, config)
    check(sink, transcript)
    assert sink.records[0].request_model == "best"
    assert sink.records[0].server_port == simulators.port


def test_a_future_ends_the_record_when_it_is_done(simulators: Simulators, sink: RecordingSink) -> None:
    """The work is done on another thread; the record begins where it was asked for, in the program's context."""
    future = transcriber(base(simulators, "first=0.05,transcript=Hello there.")).transcribe_async(RECORDING)
    assert len(sink.started) == 1
    assert current.get() is None
    assert sink.records == []
    transcript = future.result()
    wait_for(lambda: sink.records)  # a future's callbacks run after those who wait for it were woken
    check(sink, transcript)


@from_one
async def test_the_asynchronous_transcriber_gives_the_same_record(simulators: Simulators, sink: RecordingSink) -> None:
    """It asks and waits without a thread."""
    check(sink, await async_transcriber(base(simulators, DIRECTIVES)).transcribe(RECORDING))


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """The record lasts as long as the call."""
    sink.clear()
    mine = transcriber(base(simulators, "first=0.03,transcript=Hello there."))
    started = time.perf_counter()
    mine.transcribe(RECORDING)
    same_seconds(sink.only(SpeechToText).duration, time.perf_counter() - started)


def test_a_transcript_that_failed_is_a_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK raises nothing when the service could not transcribe: it gives a transcript with an error in it."""
    transcript = transcriber(base(simulators, "first=0,tool=error")).transcribe(RECORDING)
    assert transcript.error
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "error")


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_refusal_tells_its_status(simulators: Simulators, sink: RecordingSink, status: int) -> None:
    """The caller's own exception is the error of the record."""
    with pytest.raises(assemblyai.TranscriptError) as caught:
        transcriber(base(simulators, f"first=0,fail={status}")).transcribe(RECORDING)
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code) == (Outcome.FAILED, status)
    assert sink.errors == [caught.value]
