"""Speechmatics' streaming recognition: one record for each utterance, of however many parts it is made."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from speechmatics.rt import AsyncClient, AudioEncoding, AudioFormat, ConversationConfig, TranscriptionConfig

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.speechmatics import PROVIDER
from otel_voice.providers.speechmatics_listen import Listen
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import websocket
from tests.contract.matrix import observing, until
from tests.watch import same_moment, watched

RATE = 16000
CHUNK = RATE * 2 // 50  # 20 ms
SAID = "I would like a table|For two people"
DIRECTIVES = f"first=0,transcript={SAID}"
ENDS = ConversationConfig(end_of_utterance_silence_trigger=0.5)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def speech() -> bytes:
    """Somebody says something, and is silent for a second."""
    return synthesize("I would like a table for two.", RATE) + bytes(RATE * 2)


def chunks(audio: bytes) -> list[bytes]:
    """Audio as a microphone would give it."""
    return [audio[at : at + CHUNK] for at in range(0, len(audio), CHUNK)]


def client(simulators: Simulators, directives: str = DIRECTIVES, key: str = "simulated") -> Any:
    """A client of the simulators."""
    return AsyncClient(api_key=key, url=websocket(simulators.simulate(quote(directives, safe="=,"))) + "/v2")


@asynccontextmanager
async def session(simulators: Simulators, directives: str = DIRECTIVES, **asked: Any) -> AsyncIterator[Any]:
    """A session that has begun."""
    config = TranscriptionConfig(language="en", enable_partials=True, **asked)
    async with client(simulators, directives) as listening:
        raw = AudioFormat(encoding=AudioEncoding.PCM_S16LE, sample_rate=RATE)
        await listening.start_session(transcription_config=config, audio_format=raw)
        yield listening


async def say(listening: Any, audio: bytes) -> None:
    for chunk in chunks(audio):
        await listening.send_audio(chunk)


@pytest.mark.parametrize("asked", [{"conversation_config": ENDS}, {}], ids=["told", "punctuated"])
async def test_each_utterance_is_one_record(simulators: Simulators, sink: RecordingSink, asked: Any) -> None:
    """Its end is told by the server when that was asked for, and is the end of a sentence when it was not."""
    async with session(simulators, **asked) as listening:
        await say(listening, speech() * 2)
        await listening.stop_session()
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.transcript_content for record in sink.records] == SAID.split("|")  # type: ignore[attr-defined]
    assert len(sink.started) == 2
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed
    assert [record.conversation for record in sink.records] == sink.opened * 2


async def test_the_facts_of_an_utterance_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Language, format, ids, words, confidence and server address."""
    async with session(simulators, conversation_config=ENDS) as listening:
        await say(listening, speech())
        await listening.stop_session()
        known = listening._session
        ids = (known.request_id, known.session_id)
    record = sink.only(SpeechToText)
    assert (record.request_id, record.session_id) == ids
    assert (record.language, record.audio_format, record.sample_rate) == ("en", "pcm_s16le", RATE)
    assert (record.words, record.streamed) == (5, True)
    assert record.confidence == pytest.approx(0.98)
    assert record.speech_end_source == "word_offsets"
    assert record.interim_results > 0
    assert record.server_port == simulators.port


@watched
async def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """Transcripts are marked when the callback gets them, and the end of speech when its audio was sent."""
    sink.clear()
    seen: dict[str, int] = {}
    sent: list[int] = []

    def read(message: Any) -> None:
        seen.setdefault(message["message"], time.perf_counter_ns())
        if message["message"] == "AddTranscript":
            seen["words_end"] = round(message["results"][-1]["end_time"] * 50)

    async with session(simulators, "first=0,transcript=Hello there", conversation_config=ENDS) as listening:
        for kind in ("AddPartialTranscript", "AddTranscript", "EndOfUtterance"):
            listening.on(kind, read)
        for chunk in chunks(speech()):
            sent.append(time.perf_counter_ns())
            await listening.send_audio(chunk)
            await asyncio.sleep(0.002)  # the pace of a microphone
        await listening.stop_session()
    record = sink.only(SpeechToText)
    same_moment(record.first_partial_ns, seen["AddPartialTranscript"])
    same_moment(record.transcribed_ns, seen["AddTranscript"])
    same_moment(record.ended_ns, seen["EndOfUtterance"])
    # The clock keeps a checkpoint for each tenth of a second of audio, which takes ten milliseconds here.
    same_moment(record.speech_ended_ns, sent[seen["words_end"]], 30_000_000)


async def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The program closes the connection in the middle of an utterance."""
    async with session(simulators, conversation_config=ENDS) as listening:
        await say(listening, speech()[: -RATE * 2])
        await until(lambda: sink.started, "an utterance has begun")
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed


async def test_a_lost_connection_fails_the_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK logs it, and its next call fails."""
    async with session(simulators, f"{DIRECTIVES},drop_after=75", conversation_config=ENDS) as listening:
        with pytest.raises(Exception, match=r"closed|Send message failed|Not connected"):
            while True:
                await say(listening, speech())
                await asyncio.sleep(0)
    assert Outcome.FAILED in sink.outcomes


async def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK raises an error of its own; the status is that of the refusal under it."""
    with pytest.raises(Exception, match="401") as caught:
        await client(simulators, key="invalid").start_session()
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code, sink.opened) == (Outcome.FAILED, 401, [])
    assert sink.errors == [caught.value]


async def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without a transcript."""
    with observing(PROVIDER) as sink:
        async with session(simulators) as listening:
            await say(listening, speech())
            await listening.stop_session()
    assert sink.only(SpeechToText).transcript_content is None


def connected(sink: RecordingSink) -> Listen:
    """An observer whose connection stands."""
    observer = Listen(sink)
    transport = SimpleNamespace(_websocket=None, _closed=False, _request_id="r-1", _prepare_url=lambda: "wss://x/v2")
    observer.opening(Call(transport, (), {}))
    observer.opened(transport)
    return observer


def test_an_error_that_comes_as_a_message_is_a_failed_record(sink: RecordingSink) -> None:
    """It has a type and a reason."""
    connected(sink).received(json.dumps({"message": "Error", "type": "quota_exceeded", "reason": "Too many streams"}))
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "quota_exceeded")
    assert str(sink.errors[0]) == "Too many streams"
