"""Azure's recognition: one record for each utterance, whether its end is told by an event or by a result."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.matrix import until
from tests.providers.azure_speech_calls import CHUNK, WAIT, config, listening, observed, speech, speechsdk, write
from tests.watch import same_moment, watched

SAID = "I would like a table.|For two people."
DIRECTIVES = f"first=0,transcript={SAID}"
SECOND = 32000  # bytes


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(wants_content=True) as sink:
        yield sink


@contextmanager
def recognizing(recognizer: Any) -> Iterator[threading.Event]:
    """A continuous recognition; the event is set when its session has stopped."""
    stopped = threading.Event()
    recognizer.session_stopped.connect(lambda _: stopped.set())
    recognizer.start_continuous_recognition()
    try:
        yield stopped
    finally:
        recognizer.stop_continuous_recognition()
        assert stopped.wait(WAIT)


def texts(sink: RecordingSink) -> list[str | None]:
    return [record.transcript_content for record in sink.records if isinstance(record, SpeechToText)]


def test_one_utterance_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The result and the event of it say the same, and are told once; the next utterance is the next record."""
    recognizer, stream = listening(simulators, DIRECTIVES)
    for text in SAID.split("|"):
        write(stream, speech())
        assert recognizer.recognize_once().text == text
    assert sink.outcomes == [Outcome.COMPLETED] * 2
    assert texts(sink) == SAID.split("|")
    assert len(sink.started) == 2
    assert [record.conversation for record in sink.records] == sink.opened * 2


async def test_a_result_that_nobody_asks_for(simulators: Simulators, sink: RecordingSink) -> None:
    """The native library ends the operation, although the program never calls `get` and connects no handler."""
    recognizer, stream = listening(simulators, DIRECTIVES)
    write(stream, speech())
    future = recognizer.recognize_once_async()
    await until(lambda: sink.records, "the utterance has ended")
    assert sink.only(SpeechToText).transcript_content == SAID.split("|")[0]
    assert future.get().text == future.get().text
    assert len(sink.records) == 1


def test_a_result_that_another_thread_asks_for(simulators: Simulators, sink: RecordingSink) -> None:
    """It is the same record, in the conversation of the recogniser."""
    recognizer, stream = listening(simulators, DIRECTIVES)
    write(stream, speech())
    future = recognizer.recognize_once_async()
    thread = threading.Thread(target=future.get)
    thread.start()
    thread.join(WAIT)
    record = sink.only(SpeechToText)
    assert (record.outcome, record.conversation) == (Outcome.COMPLETED, sink.opened[0])


@pytest.mark.parametrize("handlers", [True, False], ids=["handlers", "none"])
async def test_each_utterance_of_a_stream_is_one_record(
    simulators: Simulators, sink: RecordingSink, handlers: bool
) -> None:
    """With handlers of the program or without any; the session is the recognition."""
    recognizer, stream = listening(simulators, DIRECTIVES)
    heard: list[str] = []
    if handlers:
        recognizer.recognized.connect(lambda event: heard.append(event.result.text))
        recognizer.recognizing.connect(lambda event: heard.append(event.result.text))
    recognizer.start_continuous_recognition()
    write(stream, speech() * 2)
    stream.close()
    await until(lambda: sink.closed, "the session has ended")
    assert texts(sink) == SAID.split("|")
    assert sink.outcomes == [Outcome.COMPLETED] * 2
    assert len(sink.started) == 2
    assert (len(sink.opened), sink.closed) == (1, sink.opened)
    assert set(sink.held) == set(sink.opened)
    assert bool(heard) == handlers


def test_the_facts_of_an_utterance_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Language, format, ids, words, seconds and server address; the SDK tells no confidence."""
    recognizer, stream = listening(simulators, DIRECTIVES)
    write(stream, speech())
    result = recognizer.recognize_once()
    record = sink.only(SpeechToText)
    assert (record.provider, record.streamed, record.confidence) == ("azure.ai.speech", True, None)
    assert (record.audio_format, record.sample_rate, record.channels) == ("pcm", 16000, 1)
    assert record.language == "en-us"
    assert (record.words, record.audio_seconds) == (5, result.duration / 10_000_000)
    assert record.response_id == result.result_id
    assert record.session_id == recognizer.properties.get_property(speechsdk.PropertyId.Speech_SessionId)
    assert record.interim_results > 0
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """Transcripts are marked when the handler gets them; speech ended when its last sound was written."""
    sink.clear()
    seen: dict[str, int] = {}
    recognizer, stream = listening(simulators, "first=0,transcript=Hello there.")
    recognizer.recognizing.connect(lambda _: seen.setdefault("partial", time.perf_counter_ns()))

    def final(event: Any) -> None:
        if event.result.text:
            seen.update(final=time.perf_counter_ns(), end=event.result.offset + event.result.duration)

    recognizer.recognized.connect(final)
    with recognizing(recognizer) as stopped:
        sent = write(stream, speech(), 0.002)  # the pace of a microphone
        stream.close()
        assert stopped.wait(WAIT)
    record = sink.only(SpeechToText)
    same_moment(record.first_partial_ns, seen["partial"])
    same_moment(record.final_ns, seen["final"])
    assert record.speech_end_source == "word_offsets"
    # The clock keeps a checkpoint for each tenth of a second of audio, which takes ten milliseconds here.
    same_moment(record.speech_ended_ns, sent[seen["end"] * 32000 // 10_000_000 // CHUNK], 30_000_000)


def test_without_a_stream_of_its_own_the_sdk_says_when_speech_ended(
    simulators: Simulators, sink: RecordingSink
) -> None:
    """Audio that a callback gives cannot be timed by us; the SDK tells how long it has had the last sound."""

    class Recording(speechsdk.audio.PullAudioInputStreamCallback):  # type: ignore[misc]
        rest = speech()

        def read(self, buffer: memoryview) -> int:
            piece, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
            buffer[: len(piece)] = piece
            return len(piece)

    made = Recording()
    audio = speechsdk.audio.AudioConfig(stream=speechsdk.audio.PullAudioInputStream(made))
    recognizer = speechsdk.SpeechRecognizer(config(simulators, DIRECTIVES), audio)
    result = recognizer.recognize_once()
    latency = result.properties[speechsdk.PropertyId.SpeechServiceResponse_RecognitionLatencyMs]
    record = sink.only(SpeechToText)
    assert record.finalization == int(latency) / 1000
    assert record.speech_end_source == "word_offsets"
    assert record.audio_format is None


@pytest.mark.parametrize(
    ("directives", "key", "kind", "status"),
    [
        ("fail=401", "simulated", "401", 401),
        ("", "invalid", "401", 401),
        ("fail=429", "simulated", "429", 429),
        ("fail=500", "simulated", "500", 500),
    ],
    ids=["401", "key", "429", "500"],
)
def test_a_refusal_is_a_failed_record(
    simulators: Simulators, sink: RecordingSink, directives: str, key: str, kind: str, status: int
) -> None:
    """The SDK raises nothing: the program gets its result, and the record the status and what was said."""
    recognizer, _ = listening(simulators, directives, key=key)
    result = recognizer.recognize_once()
    assert result.reason is speechsdk.ResultReason.Canceled
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type, record.status_code) == (Outcome.FAILED, kind, status)
    assert str(sink.errors[0]) == result.cancellation_details.error_details
    assert record.speech_ended_ns is None


def test_a_refused_connection_is_a_failed_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Nobody listens there; the name of it is the SDK's own."""
    recognizer, _ = listening(simulators, url="ws://127.0.0.1:9")
    recognizer.recognize_once()
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type, record.status_code) == (Outcome.FAILED, "ConnectionFailure", None)


@pytest.mark.parametrize("handlers", [True, False], ids=["handlers", "none"])
async def test_a_refused_stream_is_one_failed_record(
    simulators: Simulators, sink: RecordingSink, handlers: bool
) -> None:
    """No utterance was heard: the stream itself failed, and is over."""
    recognizer, _ = listening(simulators, "fail=401")
    if handlers:
        recognizer.canceled.connect(lambda _: None)
    recognizer.start_continuous_recognition()
    await until(lambda: sink.closed, "the session has ended")
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "401")


async def test_stopping_ends_the_utterance_under_way(simulators: Simulators, sink: RecordingSink) -> None:
    """What the service still says of it counts; then the session is over."""
    recognizer, stream = listening(simulators, DIRECTIVES)
    recognizer.start_continuous_recognition()
    write(stream, speech()[:-SECOND])
    await until(lambda: sink.started, "an utterance has begun")
    recognizer.stop_continuous_recognition_async().get()
    await until(lambda: sink.closed, "the session has ended")
    assert sink.only(SpeechToText).outcome in (Outcome.COMPLETED, Outcome.INTERRUPTED)
    assert sink.closed == sink.opened


async def test_a_recogniser_that_is_dropped_leaves_nothing_open(simulators: Simulators, sink: RecordingSink) -> None:
    """Collected in the middle of an utterance, it is not kept by us, and what it heard is interrupted."""
    recognizer, stream = listening(simulators, DIRECTIVES)
    recognizer.start_continuous_recognition()
    write(stream, speech()[:-SECOND])
    await until(lambda: sink.started, "an utterance has begun")
    del recognizer
    gc.collect()
    await until(lambda: sink.closed, "the session has ended")
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED


def test_silence_is_no_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """A result without a word is no record: nobody said anything."""
    recognizer, stream = listening(simulators)
    stream.write(bytes(SECOND))
    stream.close()
    assert recognizer.recognize_once().reason is speechsdk.ResultReason.NoMatch
    assert sink.started == []


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without a transcript."""
    with observed() as sink:
        recognizer, stream = listening(simulators, DIRECTIVES)
        write(stream, speech())
        recognizer.recognize_once()
    assert sink.only(SpeechToText).transcript_content is None
