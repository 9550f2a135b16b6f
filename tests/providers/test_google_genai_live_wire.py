"""Gemini Live on the wire: without an SDK, in either spelling, and in an order that nobody promised."""

from __future__ import annotations

import json
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText
from otel_voice.providers.google_genai_live import Live
from tests.capture_sink import RecordingSink

SOUND = "AAAA" * 1600  # a tenth of a second at 24 kHz
TURN = {"serverContent": {"turnComplete": True}}


def connected(sink: RecordingSink, **setup: Any) -> Live:
    """A connection that stands, as one without an SDK would be read."""
    observer = Live(sink)
    observer.address = "wss://generativelanguage.googleapis.com"
    observer.attempt()
    observer.connected()
    observer.sent(json.dumps({"setup": {"model": "models/gemini-live", **setup}}))
    receive(observer, {"setupComplete": {}})
    return observer


def receive(observer: Live, *messages: dict[str, Any]) -> None:
    for message in messages:
        observer.received(json.dumps(message).encode())


def sound(**more: Any) -> dict[str, Any]:
    blob = {"mimeType": "audio/pcm;rate=24000", "data": SOUND}
    return {"serverContent": {"modelTurn": {"parts": [{"inlineData": blob}]}}, **more}


def heard(text: str, **more: Any) -> dict[str, Any]:
    return {"serverContent": {"inputTranscription": {"text": text, **more}}}


def speak(observer: Live) -> None:
    chunk = {"mimeType": "audio/pcm;rate=16000", "data": SOUND}
    observer.sent(json.dumps({"realtimeInput": {"audio": chunk}}))


@pytest.mark.parametrize(
    "message",
    [
        {"realtime_input": {"audio": {"data": SOUND, "mime_type": "audio/pcm;rate=16000"}}},
        {"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=16000", "data": SOUND}}},
        {"realtime_input": {"media_chunks": [{"mime_type": "audio/pcm", "data": SOUND}]}},
        {"realtimeInput": {"media": {"data": SOUND, "mimeType": "audio/pcm;rate=16000"}}},
    ],
    ids=["the SDK's", "the wire's", "the first SDK's", "between them"],
)
def test_what_is_sent_is_counted_in_every_spelling(message: dict[str, Any]) -> None:
    """The first piece tells the format; each is as long as its letters say."""
    observer = connected(RecordingSink())
    for _ in range(3):
        observer.sent(json.dumps(message))
    assert observer.audio.sent == 3 * 4800
    assert observer.audio.seconds == pytest.approx(3 * 4800 / 32000)


def test_a_picture_is_no_sound() -> None:
    """Video goes the same way as audio."""
    observer = connected(RecordingSink())
    speak(observer)
    observer.sent(json.dumps({"realtimeInput": {"video": {"mimeType": "image/jpeg", "data": SOUND}}}))
    assert observer.audio.sent == 4800


def test_the_setup_names_model_and_voice() -> None:
    """Without an SDK what was asked for stands in the first message."""
    sink = RecordingSink()
    voice = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Puck"}}}
    observer = connected(sink, generationConfig={"speechConfig": voice})
    receive(observer, sound(), TURN)
    told = sink.only(RealtimeResponse)
    assert (told.request_model, told.voice) == ("gemini-live", "Puck")


def test_what_stands_behind_a_sound_is_read() -> None:
    """A piece that carries the sound may carry the tokens and the end, too."""
    sink = RecordingSink()
    observer = connected(sink)
    receive(observer, sound(), sound())
    message = sound(usageMetadata={"promptTokenCount": 5, "responseTokenCount": 7})
    message["serverContent"]["turnComplete"] = True
    receive(observer, message)
    told = sink.only(RealtimeResponse)
    assert (told.audio_bytes, told.input_tokens, told.output_tokens) == (3 * 4800, 5, 7)


def test_a_transcript_that_comes_during_the_answer() -> None:
    """Transcripts keep no order with answers: a late one is of what is being answered, and interrupts nobody."""
    sink = RecordingSink()
    observer = connected(sink, inputAudioTranscription={})
    speak(observer)
    receive(observer, sound(), heard("I would"), sound(), heard(" like a table."), TURN)
    told = next(record for record in sink.records if isinstance(record, RealtimeResponse))
    said = next(record for record in sink.records if isinstance(record, SpeechToText))
    assert (told.answers, said.interim_results, told.opens_turn) == (said, 2, False)
    assert sink.outcomes == [Outcome.COMPLETED] * 2


def test_the_next_transcript_is_the_next_utterance() -> None:
    """When an answer is over, what is heard is said anew."""
    sink = RecordingSink()
    observer = connected(sink, inputAudioTranscription={})
    receive(observer, heard("One."), sound(), TURN, heard("Two."), sound(), TURN)
    answers = [record.answers for record in sink.records if isinstance(record, RealtimeResponse)]
    assert answers == [record for record in sink.records if isinstance(record, SpeechToText)]


def test_a_transcript_may_be_said_to_be_finished() -> None:
    """Then the utterance is over before the answer."""
    sink = RecordingSink()
    observer = connected(sink, inputAudioTranscription={})
    receive(observer, heard("One."), heard(" Two.", finished=True))
    said = sink.only(SpeechToText)
    assert (said.outcome, said.speech_end_source) == (Outcome.COMPLETED, "final_transcript")


def test_thoughts_are_not_said() -> None:
    """What the model thinks is no answer."""
    sink = RecordingSink()
    observer = connected(sink)
    receive(observer, {"serverContent": {"modelTurn": {"parts": [{"text": "Hm.", "thought": True}]}}})
    assert sink.started == []


def test_an_answer_that_was_generated_is_complete() -> None:
    """A program may leave when all of an answer has come, while the service still waits for it to be played."""
    sink = RecordingSink()
    observer = connected(sink)
    receive(observer, sound(), {"serverContent": {"generationComplete": True}})
    observer.closed()
    assert sink.only(RealtimeResponse).outcome is Outcome.COMPLETED


def test_a_reason_is_told() -> None:
    """Why a turn was over, when the service says so."""
    sink = RecordingSink()
    observer = connected(sink)
    turn = {"serverContent": {"turnComplete": True, "turnCompleteReason": "RESPONSE_REJECTED"}}
    receive(observer, sound(), turn)
    assert list(sink.only(RealtimeResponse).finish_reasons) == ["response_rejected"]


def test_garbage_is_nobodys() -> None:
    """A message that cannot be read, or is of a kind that nobody knows, changes nothing."""
    sink = RecordingSink()
    observer = connected(sink)
    for message in ("{", "[]", "null", b"\xff\xfe", '{"goAway": {}}', '{"serverContent": {}}', ""):
        observer.received(message)
        observer.sent(message)
    assert sink.started == []
