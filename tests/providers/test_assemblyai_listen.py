"""AssemblyAI's streaming recognition: one record for each turn of the user, whatever is said of it afterwards."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.assemblyai_listen import Turns
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.assemblyai_calls import chunks, client, from_one, observed, options, parameters, speech
from tests.watch import same_moment, watched

SAID = "I would like a table.|For two people."
PLAIN = ["i would like a table", "for two people"]
DIRECTIVES = f"first=0,transcript={SAID}"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(wants_content=True) as sink:
        yield sink


def hear(simulators: Simulators, directives: str = DIRECTIVES, audio: bytes = b"", **asked: Any) -> list[Any]:
    """Stream audio to the end; returns the turns as the program's callback got them."""
    from assemblyai.streaming.v3 import StreamingEvents

    turns: list[Any] = []
    transcriber = client(simulators, directives)
    transcriber.on(StreamingEvents.Turn, lambda _, turn: turns.append(turn))
    transcriber.connect(parameters(**asked))
    for chunk in chunks(audio or speech() * 2):
        transcriber.stream(chunk)
    transcriber.disconnect(terminate=True)
    return turns


def check(sink: RecordingSink, said: list[str]) -> None:
    """Both turns are there, each complete, in one session."""
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.transcript_content for record in sink.records] == said  # type: ignore[attr-defined]
    assert len(sink.started) == 2
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed
    assert set(sink.held) == set(sink.opened)
    assert [record.conversation for record in sink.records] == sink.opened * 2


def test_each_turn_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Callbacks run on a thread that knows no context; the record has the conversation of the connection."""
    turns = hear(simulators)
    assert [turn.transcript for turn in turns if turn.end_of_turn] == PLAIN
    check(sink, PLAIN)


def test_a_formatted_turn_is_no_second_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The program that asked for it waits for it: it is the transcript, and the turn had ended before."""
    turns = hear(simulators, format_turns=True)
    assert len([turn for turn in turns if turn.end_of_turn]) == 4
    check(sink, SAID.split("|"))
    for record in sink.records:
        assert isinstance(record, SpeechToText)
        assert record.endpoint_ns is not None
        assert record.transcribed_ns is not None
        assert record.endpoint_ns < record.transcribed_ns
        assert record.final_ns == record.transcribed_ns


@from_one
async def test_the_asynchronous_client_gives_the_same_records(simulators: Simulators, sink: RecordingSink) -> None:
    """It reads in a task of its own."""
    from assemblyai.streaming.v3 import AsyncStreamingClient

    async with AsyncStreamingClient(options(simulators, DIRECTIVES, "simulated")) as transcriber:
        await transcriber.connect(parameters(format_turns=True))
        for chunk in chunks(speech() * 2):
            await transcriber.stream(chunk)
    check(sink, SAID.split("|"))


def test_the_facts_of_a_turn_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Format, ids, words, confidence, audio and server address; the end of speech is where its last word ends."""
    from assemblyai.streaming.v3 import models

    model = getattr(models, "SpeechModel", None)  # which the oldest had no choice of
    asked: dict[str, Any] = {}
    if model is not None:
        asked = {"speech_model": model.universal_streaming_english, "encoding": models.Encoding.pcm_s16le}
    turns = hear(simulators, audio=speech(), **asked)
    record = sink.only(SpeechToText)
    final = next(turn for turn in turns if turn.end_of_turn)
    assert record.request_model == ("universal-streaming-english" if model else None)
    assert (record.audio_format, record.sample_rate) == ("pcm_s16le", 16000)
    assert (record.words, record.streamed) == (5, True)
    assert record.confidence == pytest.approx(0.98)
    assert record.audio_seconds == pytest.approx((final.words[-1].end - final.words[0].start) / 1000)
    assert record.request_id
    assert record.request_id == record.session_id
    assert record.speech_end_source == "word_offsets"
    assert record.interim_results > 0
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """Transcripts are marked when the callback gets them, start and end of speech when their audio was sent."""
    from assemblyai.streaming.v3 import StreamingEvents

    sink.clear()
    seen: dict[str, int] = {}
    sent: list[int] = []
    over = threading.Event()

    def read(_: Any, turn: Any) -> None:
        seen.setdefault("final" if turn.end_of_turn else "partial", time.perf_counter_ns())
        seen["words_end"] = turn.words[-1].end // 50
        if turn.end_of_turn:
            over.set()

    transcriber = client(simulators, "first=0,transcript=Hello there")
    transcriber.on(StreamingEvents.Turn, read)
    transcriber.connect(parameters())
    pace = threading.Event()
    for chunk in chunks(speech()):
        sent.append(time.perf_counter_ns())
        transcriber.stream(chunk)
        pace.wait(0.005)
    assert over.wait(10)
    transcriber.disconnect(terminate=True)
    record = sink.only(SpeechToText)
    same_moment(record.started_ns, sent[0])
    same_moment(record.first_partial_ns, seen["partial"])
    same_moment(record.final_ns, seen["final"])
    same_moment(record.ended_ns, seen["final"])
    # The clock keeps a checkpoint for each tenth of a second of audio, which takes ten milliseconds here.
    same_moment(record.speech_ended_ns, sent[seen["words_end"]], 30_000_000)


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets records without a transcript."""
    with observed() as sink:
        hear(simulators)
    assert [record.transcript_content for record in sink.records] == [None, None]  # type: ignore[attr-defined]


def test_a_refused_connection_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The newer SDKs tell a callback and raise nothing; the record has the status all the same."""
    from assemblyai.streaming.v3 import StreamingEvents

    told: list[Any] = []
    transcriber = client(simulators, DIRECTIVES, key="invalid")
    transcriber.on(StreamingEvents.Error, lambda _, error: told.append(error))
    try:
        transcriber.connect(parameters())
    except Exception as error:
        told.append(error)
    assert len(told) == 1
    assert "401" in str(told[0])
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code, sink.opened) == (Outcome.FAILED, 401, [])


@from_one
async def test_an_asynchronous_refusal_is_one_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The same for the asynchronous client."""
    from assemblyai.streaming.v3 import AsyncStreamingClient

    transcriber = AsyncStreamingClient(options(simulators, DIRECTIVES, "invalid"))
    await transcriber.connect(parameters())
    await transcriber.disconnect()
    assert sink.only(SpeechToText).status_code == 401


def test_a_lost_connection_fails_the_turn(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK hands the loss to a callback; the conversation of the stream is hung up."""
    from assemblyai.streaming.v3 import StreamingEvents

    lost = threading.Event()
    transcriber = client(simulators, f"{DIRECTIVES},drop_after=3")
    transcriber.on(StreamingEvents.Error, lambda *_: lost.set())
    transcriber.connect(parameters())
    for chunk in chunks(speech()):
        transcriber.stream(chunk)
    assert lost.wait(10)
    transcriber._stop_event.set()  # before 1 a loss does not stop its sender, which disconnect waits for
    transcriber.disconnect()
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert "no close frame" in str(sink.errors[0])
    assert sink.opened == sink.closed


def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The program closes the connection in the middle of a turn."""
    from assemblyai.streaming.v3 import StreamingEvents

    heard = threading.Event()
    transcriber = client(simulators, DIRECTIVES)
    transcriber.on(StreamingEvents.Turn, lambda *_: heard.set())
    transcriber.connect(parameters())
    for chunk in chunks(speech()[:-32000]):
        transcriber.stream(chunk)
    assert heard.wait(10)
    transcriber._stop_event.set()  # before 1, nothing but the service's own word stops its threads
    transcriber.disconnect()
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed


URI = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000"


def connected(sink: RecordingSink, asked: str = "") -> Turns:
    """An observer whose connection stands, and over which ten seconds of audio went."""
    observer = Turns(sink)
    observer.opening(Call(None, (URI + asked,), {}))
    observer.opened(SimpleNamespace())
    for _ in range(100):
        observer.sent(bytes(3200))
    return observer


def turn(order: int, text: str, over: bool = True, formatted: bool = False, start: int = 0) -> str:
    """A Turn message, each of whose words takes half a second."""
    words = [
        {"text": word, "start": start + index * 500, "end": start + index * 500 + 500, "confidence": 0.9}
        for index, word in enumerate(text.split())
    ]
    flags = {"turn_order": order, "end_of_turn": over, "turn_is_formatted": formatted}
    return json.dumps({"type": "Turn", "transcript": text, "words": words, **flags})


def test_a_correction_that_nobody_asked_for_changes_nothing(sink: RecordingSink) -> None:
    """What comes for a turn that was told is a correction of it, and no other turn."""
    observer = connected(sink)
    observer.received(turn(0, "hello there"))
    observer.received(turn(0, "Hello there.", formatted=True))
    observer.received(turn(1, "goodbye"))
    assert [record.transcript_content for record in sink.records] == ["hello there", "goodbye"]  # type: ignore[attr-defined]


def test_a_formatted_transcript_that_never_comes(sink: RecordingSink) -> None:
    """The next turn, the end of the session or its loss settles the turn with the transcript there is."""
    observer = connected(sink, "&format_turns=true")
    observer.received(turn(0, "hello there"))
    assert sink.records == []
    observer.received(turn(1, "how", over=False))
    assert [record.transcript_content for record in sink.records] == ["hello there"]  # type: ignore[attr-defined]
    observer.received(turn(1, "how are you"))
    observer.broken(OSError("lost"))
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED, Outcome.FAILED]


def test_formatting_can_be_asked_for_later(sink: RecordingSink) -> None:
    """The program may change its mind while it streams."""
    observer = connected(sink)
    observer.sent(json.dumps({"type": "UpdateConfiguration", "format_turns": True}))
    observer.received(turn(0, "hello there"))
    observer.received(turn(0, "Hello there.", formatted=True))
    assert sink.only(SpeechToText).transcript_content == "Hello there."


def test_words_that_may_still_change_begin_a_turn(sink: RecordingSink) -> None:
    """A first message whose transcript is still empty is the first partial transcript."""
    observer = connected(sink)
    partial = json.loads(turn(0, "hel", over=False))
    observer.received(json.dumps({**partial, "transcript": ""}))
    assert len(sink.started) == 1
    observer.received(turn(0, "hello"))
    assert sink.only(SpeechToText).interim_results == 1


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "older"])
def test_an_error_that_comes_as_a_message_fails_the_turn(sink: RecordingSink, typed: bool) -> None:
    """The older messages of an error have no type."""
    observer = connected(sink)
    observer.received(turn(0, "hello", over=False))
    error: dict[str, Any] = {"error": "Session expired", "error_code": 3008}
    observer.received(json.dumps({"type": "Error", **error} if typed else error))
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "3008")
