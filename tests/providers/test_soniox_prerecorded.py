"""Soniox' recognition of a recording: one record from the upload to the transcript."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from soniox.types import CreateTranscriptionConfig

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.soniox import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import settled
from tests.contract.exercises.soniox import RECORDING, VERSION, client
from tests.contract.matrix import observing
from tests.watch import same_seconds, watched

pytestmark = pytest.mark.skipif(VERSION < (2, 1), reason="2.0 has its recordings elsewhere")

SAID = "I would like a table"
DIRECTIVES = f"first=0,transcript={SAID}"
both = pytest.mark.parametrize("colour", ["", "Async"])


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def stt(simulators: Simulators, colour: str = "", directives: str = DIRECTIVES) -> Any:
    """What recordings are transcribed with."""
    return client(colour, simulators.simulate(quote(directives, safe="=,"))).stt


def asked(**more: Any) -> dict[str, Any]:
    config = CreateTranscriptionConfig(language_hints=["en"])
    return {"file": RECORDING, "model": "stt-async-v4", "config": config, "wait_interval_sec": 0.001, **more}


@both
async def test_uploading_and_asking_until_it_is_done_is_one_record(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """Four requests: the upload, the submission, and the two questions after it."""
    done = await settled(stt(simulators, colour).transcribe_and_wait(**asked()))
    record = sink.only(SpeechToText)
    assert (record.outcome, record.streamed) == (Outcome.COMPLETED, False)
    assert (record.request_model, record.response_model, record.language) == ("stt-async-v4", done.model, "en")
    assert (record.audio_bytes, record.audio_seconds) == (len(RECORDING), 1.0)
    assert (record.response_id, record.server_port) == (done.id, simulators.port)


@both
async def test_a_transcript_is_fetched_within_the_same_record(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """It is made of the call without one, which is not told a second time."""
    done = await settled(stt(simulators, colour).transcribe_and_wait_with_tokens(**asked()))
    record = sink.only(SpeechToText)
    assert (record.outcome, record.response_id) == (Outcome.COMPLETED, done.id)
    assert (record.transcript_content, record.words, record.confidence) == (SAID, 5, pytest.approx(0.98))


def test_a_translation_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """It goes the same way."""
    translate = getattr(stt(simulators), "translate_and_wait", None)
    if translate is None:
        pytest.skip("older versions do not translate")
    translate(to="de", file=RECORDING, wait_interval_sec=0.001)
    assert sink.only(SpeechToText).outcome is Outcome.COMPLETED


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """The record lasts as long as the call."""
    sink.clear()
    mine = stt(simulators, directives="first=0.03")
    started = time.perf_counter()
    mine.transcribe_and_wait(**asked())
    same_seconds(sink.only(SpeechToText).duration, time.perf_counter() - started)


def test_a_recording_that_cannot_be_read_is_a_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK raises nothing when the service could not transcribe: it gives a transcription with an error in it."""
    done = stt(simulators, directives="first=0,tool=error").transcribe_and_wait(**asked())
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, done.error_type)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_refusal(simulators: Simulators, sink: RecordingSink, status: int) -> None:
    """The caller's own exception is the error of the record, with its status."""
    with pytest.raises(Exception, match=str(status)) as caught:
        stt(simulators, directives=f"fail={status}").transcribe_and_wait(**asked())
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code) == (Outcome.FAILED, status)
    assert sink.errors == [caught.value]
    assert record.request_id


def test_who_waits_no_longer_has_a_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK's own time-out."""
    with pytest.raises(TimeoutError):
        stt(simulators).transcribe_and_wait(**asked(wait_timeout_sec=0.0))
    assert sink.only(SpeechToText).outcome is Outcome.FAILED


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without the transcript."""
    with observing(PROVIDER) as sink:
        stt(simulators).transcribe_and_wait_with_tokens(**asked())
    assert (sink.only(SpeechToText).transcript_content, sink.only(SpeechToText).words) == (None, 5)
