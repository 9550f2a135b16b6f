"""OpenAI Realtime on the wire: messages however they are written, and answers that are heard beside the socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from otel_voice.observation import clock
from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText
from otel_voice.providers.openai_realtime import OpenAIRealtime
from otel_voice.providers.realtime import base64_size
from tests.capture_sink import RecordingSink

SOUND = "AAAA" * 1600  # a tenth of a second


def connected(sink: RecordingSink) -> OpenAIRealtime:
    """A connection that stands, as one without an SDK would be read."""
    observer = OpenAIRealtime(sink)
    observer.address = "wss://api.openai.com/v1/realtime"
    observer.attempt()
    observer.connected()
    observer.received(json.dumps({"type": "session.created", "session": {"id": "sess_1", "model": "gpt-realtime"}}))
    return observer


def receive(observer: OpenAIRealtime, kind: str, **fields: Any) -> None:
    observer.received(json.dumps({"type": kind, **fields}))


def answer(observer: OpenAIRealtime, **done: Any) -> None:
    receive(observer, "response.done", response={"id": "resp_1", "status": "completed", **done})


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("written", [str, str.encode], ids=["text", "bytes"])
@pytest.mark.parametrize("kind", ["response.output_audio.delta", "response.audio.delta"])
def test_sound_is_counted_without_being_decoded(kind: str, written: Any, separators: tuple[str, str]) -> None:
    """With blanks or without, as text or as bytes: a sound is as long as its letters say."""
    sink = RecordingSink()
    observer = connected(sink)
    receive(observer, "response.created", response={"id": "resp_1"})
    message = {"type": kind, "event_id": "e", "response_id": "resp_1", "item_id": "item_1", "delta": SOUND}
    observer.received(written(json.dumps(message, separators=separators)))
    told = sink.started[0]
    assert isinstance(told, RealtimeResponse)
    assert told.audio_bytes == 4800
    assert observer.of_item("item_1") is not None


@pytest.mark.parametrize("order", [("type", "audio"), ("audio", "type")])
def test_what_is_sent_is_counted_whatever_stands_first(order: tuple[str, str]) -> None:
    """A program may write its members in any order."""
    observer = connected(RecordingSink())
    message = {"type": "input_audio_buffer.append", "audio": SOUND}
    observer.sent(json.dumps({name: message[name] for name in order}))
    assert observer.audio.sent == 4800


@pytest.mark.parametrize(("encoded", "size"), [("", 0), ("AA==", 1), ("AAA=", 2), ("AAAA", 3), ("AAAAAA==", 4)])
def test_the_size_of_base64(encoded: str, size: int) -> None:
    """Padding is no sound."""
    message = f'{{"audio": "{encoded}"}}'
    for written in (message, message.encode()):
        assert base64_size(written, message, '"audio"') == (size, len(message) - 2)


def test_garbage_is_nobodys() -> None:
    """A message that cannot be read, or is of a kind that nobody knows, changes nothing."""
    sink = RecordingSink()
    observer = connected(sink)
    for message in ("{", "[]", "null", '{"type": null}', b"\xff\xfe", '{"type": "response.output_audio.delta"}', ""):
        observer.received(message)
        observer.sent(message)
    receive(observer, "something.new")
    assert sink.started == []


def test_an_answer_that_is_played_elsewhere() -> None:
    """Over a telephone line the sound does not pass here: the service says when it begins, and how much was heard."""
    sink = RecordingSink()
    observer = connected(sink)
    receive(observer, "response.created", response={"id": "resp_1"})
    receive(observer, "response.output_item.added", response_id="resp_1", item={"id": "item_1"})
    receive(observer, "output_audio_buffer.started", response_id="resp_1")
    receive(observer, "conversation.item.truncated", item_id="item_1", content_index=0, audio_end_ms=900)
    answer(observer, status="cancelled", status_details={"reason": "turn_detected"})
    told = sink.only(RealtimeResponse)
    assert (told.audible, told.heard_seconds, told.interrupted_by) == (True, 0.9, "user_speech")
    assert (told.first_chunk_ns is not None, told.audio_seconds) == (True, None)


def test_an_answer_cut_off_by_the_service_is_complete() -> None:
    """A limit or a filter is a reason to end, not an interruption."""
    sink = RecordingSink()
    observer = connected(sink)
    receive(observer, "response.created", response={"id": "resp_1"})
    answer(observer, status="incomplete", status_details={"reason": "max_output_tokens"})
    told = sink.only(RealtimeResponse)
    assert (told.outcome, list(told.finish_reasons)) == (Outcome.COMPLETED, ["max_output_tokens"])


def test_a_transcript_that_fails() -> None:
    """The model heard the user nevertheless; it is the transcription that failed."""
    sink = RecordingSink()
    observer = connected(sink)
    transcription = {"id": "sess_1", "audio": {"input": {"transcription": {"model": "whisper-1"}}}}
    receive(observer, "session.updated", session=transcription)
    receive(observer, "input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=0)
    receive(observer, "input_audio_buffer.speech_stopped", item_id="item_1", audio_end_ms=900)
    error = {"type": "transcription_error", "code": "audio_unintelligible"}
    receive(observer, "conversation.item.input_audio_transcription.failed", item_id="item_1", error=error)
    said = sink.only(SpeechToText)
    assert (said.outcome, said.error_type) == (Outcome.FAILED, "audio_unintelligible")
    assert said.request_model == "whisper-1"


def test_a_transcript_that_never_comes() -> None:
    """A few utterances may wait for theirs; the oldest of more is over without."""
    sink = RecordingSink()
    observer = connected(sink)
    receive(observer, "session.updated", session={"input_audio_transcription": {"model": "whisper-1"}})
    for number in range(6):
        receive(observer, "input_audio_buffer.speech_started", item_id=f"item_{number}", audio_start_ms=0)
        receive(observer, "input_audio_buffer.speech_stopped", item_id=f"item_{number}", audio_end_ms=900)
    assert [record.outcome for record in sink.records] == [Outcome.COMPLETED] * 2
    assert len(sink.started) == 6


def test_what_is_thrown_away_was_interrupted() -> None:
    """A program that clears what was heard so far does not want it."""
    sink = RecordingSink()
    observer = connected(sink)
    receive(observer, "input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=0)
    receive(observer, "input_audio_buffer.cleared")
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED


def test_an_answer_at_a_telephones_rate() -> None:
    """G.711 is a byte a sample, eight thousand a second."""
    sink = RecordingSink()
    observer = connected(sink)
    receive(observer, "session.updated", session={"audio": {"output": {"format": {"type": "audio/pcmu"}}}})
    receive(observer, "response.created", response={"id": "resp_1"})
    receive(observer, "response.output_audio.delta", response_id="resp_1", item_id="i", delta=SOUND)
    answer(observer)
    observer.closed()
    told = sink.only(RealtimeResponse)
    assert (told.audio_format, told.sample_rate, told.audio_seconds) == ("mulaw", 8000, 0.6)
    assert (told.ended_ns or 0) <= clock.now()


def test_a_lost_connection_without_an_operation_is_one_failure() -> None:
    """Nothing was open, but the program may have been about to speak."""
    sink = RecordingSink()
    observer = connected(sink)
    observer.broken(ConnectionResetError())
    observer.broken(ConnectionResetError())
    observer.closed()
    assert sink.only(RealtimeResponse).outcome is Outcome.FAILED
    assert sink.opened == sink.closed
