"""Hume's Octave: one record for each synthesis, as a file or in JSON, whole or in pieces."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hume.tts import FormatPcm, PostedUtterance, PostedUtteranceVoiceWithName

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.hume import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises.hume import ONCE, client
from tests.contract.matrix import observing
from tests.watch import same_moment, watched

RATE = 96000
"""Bytes a second of what Octave makes."""
QUICK = "first=0,interval=0.001,chunks=4"
TEXTS = ("Your table is booked.", "See you at seven.")
VOICE = PostedUtteranceVoiceWithName(name="Ava Song", provider="HUME_AI")
SPEECH: Any = {
    "utterances": [PostedUtterance(text=text, voice=VOICE) for text in TEXTS],
    "format": FormatPcm(),
    **ONCE,
}
METHODS = ("synthesize_file", "synthesize_file_streaming", "synthesize_json_streaming", "synthesize_json")


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def voice(simulators: Simulators, directives: str = QUICK) -> Any:
    """A client's voices."""
    return client("", simulators.simulate(quote(directives, safe="=,"))).tts


def audio(answer: Any) -> bytes:
    """What is to be heard."""
    if hasattr(answer, "generations"):
        return b"".join(base64.b64decode(each.audio) for each in answer.generations)
    return b"".join(item if isinstance(item, bytes) else base64.b64decode(item.audio) for item in answer)


@pytest.mark.parametrize("method", METHODS)
def test_the_facts_of_a_synthesis(simulators: Simulators, sink: RecordingSink, method: str) -> None:
    """Texts, voice, audio, format and address are what was asked for and heard, however it comes."""
    heard = audio(getattr(voice(simulators), method)(**SPEECH))
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.COMPLETED
    assert (record.characters, record.text_content) == (sum(map(len, TEXTS)), "\n".join(TEXTS))
    assert (record.voice, record.audio_format, record.sample_rate) == ("Ava Song", "pcm", 48000)
    assert (record.audio_bytes, record.audio_seconds) == (len(heard), pytest.approx(len(heard) / RATE))
    assert record.streamed is method.endswith("streaming")
    assert record.server_port == simulators.port
    if "json" in method:
        assert record.request_id


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """First audio is the first piece the caller gets; the end, the last."""
    sink.clear()
    items = voice(simulators, "first=0.05,interval=0.02,chunks=4").synthesize_file_streaming(**SPEECH)
    started = time.perf_counter_ns()
    next(items)
    first = time.perf_counter_ns()
    list(items)
    ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    same_moment(record.started_ns, started)
    same_moment(record.first_chunk_ns, first)
    same_moment(record.ended_ns, ended)
    assert sink.first_chunks == [record]


@pytest.mark.parametrize("status", [401, 429, 500])
@pytest.mark.parametrize("method", ["synthesize_json", "synthesize_file_streaming"])
def test_a_refusal(simulators: Simulators, sink: RecordingSink, method: str, status: int) -> None:
    """The caller's own exception is the error of the record, with its status."""
    with pytest.raises(Exception, match=str(status)) as caught:
        audio(getattr(voice(simulators, f"fail={status}"), method)(**SPEECH))
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code) == (Outcome.FAILED, status)
    assert sink.errors == [caught.value]


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without the text."""
    with observing(PROVIDER) as sink:
        voice(simulators).synthesize_json(**SPEECH)
    assert (sink.only(TextToSpeech).text_content, sink.only(TextToSpeech).characters) == (None, sum(map(len, TEXTS)))
