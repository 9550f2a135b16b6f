"""Gladia's recognition of a recording: one record to the transcript."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("gladiaio_sdk", reason="its SDK cannot be beside the oldest Google GenAI")

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.gladia import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import settled
from tests.contract.exercises.gladia import RECORDS, URL, client
from tests.contract.matrix import observing
from tests.watch import same_seconds, watched

pytestmark = pytest.mark.skipif(not RECORDS, reason="older clients drop the path of an address")

SAID = "I would like a table"
DIRECTIVES = f"first=0,transcript={SAID}"
ASKED: Any = {"language_config": {"languages": ["en"]}}
both = pytest.mark.parametrize("colour", ["", "_async"])


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def recorded(simulators: Simulators, colour: str = "", directives: str = DIRECTIVES, key: str = "simulated") -> Any:
    """What recordings are transcribed with."""
    made = client(simulators.simulate(quote(directives, safe="=,")), key=key)
    return getattr(made, f"pre_recorded_v2{colour}")()


@both
@pytest.mark.parametrize("method", ["transcribe", "create_and_poll"])
async def test_asking_until_it_is_done_is_one_record(
    colour: str, method: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """Three requests by either call, of which the first is made of the second."""
    arguments = (URL, ASKED) if method == "transcribe" else ({"audio_url": URL, **ASKED},)
    done = await settled(getattr(recorded(simulators, colour), method)(*arguments, interval=0.001))
    record = sink.only(SpeechToText)
    assert (record.outcome, record.streamed, record.language) == (Outcome.COMPLETED, False, "en")
    assert (record.transcript_content, record.words) == (SAID, 5)
    assert (record.audio_seconds, record.channels, record.response_model) == (2.0, 1, "solaria-1")
    assert (record.response_id, record.request_id) == (done.id, done.request_id)
    assert record.server_port == simulators.port


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """The record lasts as long as the call."""
    sink.clear()
    mine = recorded(simulators, directives="first=0.03")
    started = time.perf_counter()
    mine.transcribe(URL, interval=0.001)
    same_seconds(sink.only(SpeechToText).duration, time.perf_counter() - started)


def test_a_recording_that_cannot_be_read_is_a_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The caller's own exception is the error of the record."""
    with pytest.raises(Exception, match="fail") as caught:
        recorded(simulators, directives="first=0,tool=error").transcribe(URL, interval=0.001)
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [caught.value]


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_refusal(simulators: Simulators, sink: RecordingSink, status: int) -> None:
    """The caller's own exception is the error of the record, with its status."""
    with pytest.raises(Exception, match="refused") as caught:
        recorded(simulators, directives=f"fail={status}").transcribe(URL)
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code) == (Outcome.FAILED, status)
    assert sink.errors == [caught.value]


def test_an_upload_that_is_refused_is_a_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The recording was in memory, and its bytes are counted; nothing was submitted."""
    with pytest.raises(Exception, match="401"):
        recorded(simulators).transcribe(io.BytesIO(bytes(32000)))
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code, record.audio_bytes) == (Outcome.FAILED, 401, 32000)


def test_who_waits_no_longer_has_a_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK's own time-out."""
    with pytest.raises(TimeoutError):
        recorded(simulators).transcribe(URL, timeout=0.0)
    assert sink.only(SpeechToText).outcome is Outcome.FAILED


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without the transcript."""
    with observing(PROVIDER) as sink:
        recorded(simulators).transcribe(URL, interval=0.001)
    assert (sink.only(SpeechToText).transcript_content, sink.only(SpeechToText).words) == (None, 5)
