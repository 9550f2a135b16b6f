"""Soniox' streaming recognition: one record for each utterance, of however many tokens it is made."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from soniox.errors import SonioxRealtimeError
from soniox.types.realtime import RealtimeControlType, RealtimeSTTConfig

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.soniox import PROVIDER
from otel_voice.providers.soniox_listen import Listen
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises.soniox import client
from tests.contract.matrix import observing
from tests.watch import same_moment, watched

RATE = 16000
CHUNK = RATE * 2 // 50  # 20 ms
SAID = "I would like a table|For two people"
DIRECTIVES = f"first=0,transcript={SAID}"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def chunks(times: int = 1) -> list[bytes]:
    """Somebody says something, and is silent for a second: as a microphone would give it."""
    audio = (synthesize("I would like a table for two.", RATE) + bytes(RATE * 2)) * times
    return [audio[at : at + CHUNK] for at in range(0, len(audio), CHUNK)]


def session(simulators: Simulators, directives: str = DIRECTIVES, colour: str = "", key: str = "simulated") -> Any:
    """A session that is not yet connected."""
    config = RealtimeSTTConfig(
        model="stt-rt-v4",
        audio_format="pcm_s16le",
        sample_rate=RATE,
        num_channels=1,
        language_hints=["en"],
        enable_endpoint_detection=True,
    )
    made = client(colour, simulators.simulate(quote(directives, safe="=,")), key=key)
    return made.realtime.stt.connect(config=config)


def hear(simulators: Simulators, times: int = 1, directives: str = DIRECTIVES) -> list[Any]:
    """All events of a session that ends in good order."""
    with session(simulators, directives) as listening:
        for chunk in chunks(times):
            listening.send_byte_chunk(chunk)
        listening.send_control_message(RealtimeControlType.FINISH)
        return list(listening.receive_events())


def test_each_utterance_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Pieces of words are put together again; what is not final counts as an interim result."""
    hear(simulators, times=2)
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.transcript_content for record in sink.records] == SAID.split("|")  # type: ignore[attr-defined]
    assert sink.opened == sink.closed
    assert [record.conversation for record in sink.records] == sink.opened * 2


async def test_the_asynchronous_session(simulators: Simulators, sink: RecordingSink) -> None:
    """It opens its websocket in another way, and is read by the same observer."""
    async with session(simulators, colour="Async") as listening:
        for chunk in chunks():
            await listening.send_byte_chunk(chunk)
        await listening.send_control_message(RealtimeControlType.FINISH)
        async for event in listening.receive_events():
            assert event.error_code is None
    record = sink.only(SpeechToText)
    assert (record.outcome, record.transcript_content) == (Outcome.COMPLETED, SAID.split("|")[0])
    assert sink.opened == sink.closed


def test_the_facts_of_an_utterance_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Model, language, format, words, confidence and server address."""
    hear(simulators)
    record = sink.only(SpeechToText)
    assert (record.request_model, record.language) == ("stt-rt-v4", "en")
    assert (record.audio_format, record.sample_rate, record.channels) == ("pcm_s16le", RATE, 1)
    assert (record.words, record.streamed) == (5, True)
    assert record.confidence == pytest.approx(0.98)
    assert record.speech_end_source == "word_offsets"
    assert record.interim_results > 0
    assert record.server_port == simulators.port


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """Transcripts are marked when the program gets them; the end of speech, when its audio was sent."""
    sink.clear()
    seen: dict[str, int] = {}
    sent: list[int] = []
    with session(simulators, "first=0,transcript=Hello there") as listening:
        for chunk in chunks():
            sent.append(time.perf_counter_ns())
            listening.send_byte_chunk(chunk)
        listening.send_control_message(RealtimeControlType.FINISH)
        for event in listening.receive_events():
            now = time.perf_counter_ns()
            if event.tokens:
                seen.setdefault("partial", now)
            if any(token.text == "<end>" for token in event.tokens):
                seen["end"] = now
            ends = [token.end_ms for token in event.tokens if token.is_final and token.end_ms]
            seen["words_end"] = max(ends, default=seen.get("words_end", 0))
    record = sink.only(SpeechToText)
    same_moment(record.first_partial_ns, seen["partial"])
    same_moment(record.ended_ns, seen["end"])
    same_moment(record.speech_ended_ns, sent[seen["words_end"] // 20])


def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK leaves the websocket to itself, so that only its own `close` tells."""
    with session(simulators) as listening:
        for chunk in chunks()[:-60]:
            listening.send_byte_chunk(chunk)
        listening.receive_event()
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed


async def test_leaving_interrupts_asynchronously(simulators: Simulators, sink: RecordingSink) -> None:
    """The same in the other colour."""
    async with session(simulators, colour="Async") as listening:
        for chunk in chunks()[:-60]:
            await listening.send_byte_chunk(chunk)
        await asyncio.wait_for(listening.receive_event(), 30)
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed


def test_a_lost_connection_fails_the_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK tells nothing of it to who reads: its events are just over."""
    with session(simulators, f"{DIRECTIVES},drop_after=1") as listening:
        with contextlib.suppress(SonioxRealtimeError):  # it may be lost while the program still speaks
            for chunk in chunks()[:-60]:
                listening.send_byte_chunk(chunk)
        list(listening.receive_events())
    assert sink.only(SpeechToText).outcome is Outcome.FAILED


def test_a_garbled_message_reaches_the_program_as_the_sdk_has_it(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK cannot read it, and says so; nothing of ours fails."""
    with pytest.raises(json.JSONDecodeError), session(simulators, f"{DIRECTIVES},malformed_after=1") as listening:
        for chunk in chunks():
            listening.send_byte_chunk(chunk)
        list(listening.receive_events())
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED


@pytest.mark.parametrize("status", [401, 429])
def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink, status: int) -> None:
    """The status is that of the refusal, whatever the SDK makes of it."""
    with pytest.raises(Exception, match=r"."), session(simulators, f"first=0,fail={status}") as listening:
        raise AssertionError(listening.receive_event())
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code, sink.opened) == (Outcome.FAILED, status, [])


def connected(sink: RecordingSink) -> Listen:
    """An observer whose connection stands."""
    observer = Listen(sink)
    observer.opening(Call(None, ("wss://stt-rt.soniox.com/transcribe-websocket",), {}))
    observer.opened(None)
    return observer


def test_an_error_that_comes_as_a_message_is_a_failed_record(sink: RecordingSink) -> None:
    """So the service refuses a key that is told in the first message."""
    said = {"tokens": [], "error_code": 401, "error_type": "unauthenticated", "error_message": "Invalid API key."}
    connected(sink).received(json.dumps(said))
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "unauthenticated")
    assert str(sink.errors[0]) == "Invalid API key."


def test_a_translation_was_not_said_by_anybody(sink: RecordingSink) -> None:
    """Its tokens come between the others."""
    words = [
        {"text": " Hallo", "is_final": True, "translation_status": "original", "start_ms": 0, "end_ms": 300},
        {"text": " Hello", "is_final": True, "translation_status": "translation"},
        {"text": "<end>", "is_final": True},
    ]
    connected(sink).received(json.dumps({"tokens": words}))
    assert sink.only(SpeechToText).transcript_content == "Hallo"


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without a transcript."""
    with observing(PROVIDER) as sink:
        hear(simulators)
    assert sink.only(SpeechToText).transcript_content is None
