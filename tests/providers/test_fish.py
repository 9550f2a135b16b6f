"""Fish Audio: one record for each synthesis and for each transcription, by either of its clients."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fish_audio_sdk import TTSRequest
from fishaudio.types import TTSConfig

from otel_voice.observation.records import Outcome, SpeechToText, TextToSpeech
from otel_voice.providers.fish import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises.fish import client, session
from tests.contract.matrix import observing
from tests.watch import same_moment, watched

RATE = 32000
"""Bytes a second of what is asked for."""
QUICK = "first=0,interval=0.001,chunks=4"
TEXT = "Your table is booked for seven."
ASKED: Any = {"format": "pcm", "sample_rate": 16000, "reference_id": "voice-7"}


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def base(simulators: Simulators, directives: str = QUICK) -> str:
    """The address of the simulators with directives in it."""
    return simulators.simulate(quote(directives, safe="=,"))


def stream(address: str) -> Iterator[bytes]:
    """A text by the client."""
    return iter(client("", address).tts.stream(text=TEXT, config=TTSConfig(**ASKED), model="s1"))


def older(address: str) -> Iterator[bytes]:
    """A text by the older client."""
    found: Iterator[bytes] = session(address).tts(TTSRequest(text=TEXT, **ASKED), "s1")
    return found


BOTH = pytest.mark.parametrize("speak", [stream, older])


@BOTH
def test_the_facts_of_a_synthesis(simulators: Simulators, sink: RecordingSink, speak: Any) -> None:
    """Text, voice, model, audio, format and address are what was asked for and heard."""
    heard = b"".join(speak(base(simulators)))
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.COMPLETED
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.voice, record.request_model) == ("voice-7", "s1")
    assert (record.audio_format, record.sample_rate) == ("pcm", 16000)
    assert (record.audio_bytes, record.audio_seconds) == (len(heard), pytest.approx(len(heard) / RATE))
    assert (record.streamed, record.server_port) == (True, simulators.port)


@watched
@BOTH
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink, speak: Any) -> None:
    """First audio is the first piece the caller gets; the end, the last."""
    sink.clear()
    items = speak(base(simulators, "first=0.05,interval=0.02,chunks=4"))
    next(items)
    first = time.perf_counter_ns()
    list(items)
    ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    same_moment(record.first_chunk_ns, first)
    same_moment(record.ended_ns, ended)
    assert sink.first_chunks == [record]


@BOTH
@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_refusal(simulators: Simulators, sink: RecordingSink, speak: Any, status: int) -> None:
    """The caller's own exception is the error of the record, with its status."""
    with pytest.raises(Exception, match=str(status)) as caught:
        list(speak(base(simulators, f"fail={status}")))
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code) == (Outcome.FAILED, status)
    assert sink.errors == [caught.value]


def test_converting_is_one_synthesis(simulators: Simulators, sink: RecordingSink) -> None:
    """It collects a stream, which is not told a second time."""
    heard = client("", base(simulators)).tts.convert(text=TEXT, format="pcm")
    assert sink.only(TextToSpeech).audio_bytes == len(heard)


def test_a_transcription(simulators: Simulators, sink: RecordingSink) -> None:
    """Language, length and transcript of a recording."""
    said = quote("I would like a table")
    answer = client("", simulators.simulate(f"first=0,transcript={said}")).asr.transcribe(
        audio=b"\1\2" * 16000, language="en"
    )
    record = sink.only(SpeechToText)
    assert (record.outcome, record.language, record.audio_bytes) == (Outcome.COMPLETED, "en", 32000)
    assert (record.audio_seconds, record.transcript_content) == (answer.duration / 1000, answer.text)


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without the text."""
    with observing(PROVIDER) as sink:
        list(stream(base(simulators)))
    assert (sink.only(TextToSpeech).text_content, sink.only(TextToSpeech).characters) == (None, len(TEXT))
