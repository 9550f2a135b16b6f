"""What is made of Deepgram's results on the wire, where the simulators do not go: channels, segments, missing words."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.deepgram_flux import Flux
from otel_voice.providers.deepgram_listen import Listen
from otel_voice.providers.deepgram_listening import DeepgramListening
from tests.capture_sink import RecordingSink

ASKED = {"model": "nova-3", "encoding": "linear16", "sample_rate": "16000"}


def connected(kind: type[DeepgramListening], sink: RecordingSink, **asked: Any) -> DeepgramListening:
    """An observer whose connection stands, and over which ten seconds of audio went."""
    addresses = SimpleNamespace(production="wss://api.deepgram.com")
    wrapper = SimpleNamespace(get_environment=lambda: addresses)
    observer = kind(sink)
    observer.opening(Call(SimpleNamespace(_client_wrapper=wrapper), (), {**ASKED, **asked}))
    observer.opened(SimpleNamespace(_websocket=SimpleNamespace(response_headers={"dg-request-id": "r-1"})))
    for _ in range(100):
        observer.sent(bytes(3200))
    return observer


def results(text: str, start: float, end: float, channel: int = 0, **flags: bool) -> str:
    """A Results message whose words share the time from start to end."""
    words = text.split()
    step = (end - start) / (len(words) or 1)
    spans = [(start + index * step, start + (index + 1) * step) for index in range(len(words))]
    said = [{"word": w, "start": s, "end": e, "confidence": 0.9} for w, (s, e) in zip(words, spans, strict=True)]
    alternative = {"transcript": text, "confidence": 0.9, "words": said}
    body = {
        "type": "Results",
        "channel_index": [channel, 2],
        "start": start,
        "duration": end - start,
        "channel": {"alternatives": [alternative]},
        "metadata": {"request_id": "r-1", "model_info": {"name": "general-nova-3", "arch": "nova-3"}},
    }
    return json.dumps({**body, **flags})


def test_segments_of_one_utterance_are_joined() -> None:
    """Several final segments up to speech_final are one utterance: text joined, audio summed, confidence weighed."""
    sink = RecordingSink(wants_content=True)
    observer = connected(Listen, sink)
    observer.received(results("I would", 1.0, 2.0, is_final=True))
    second = json.loads(results("like tea", 2.0, 4.0, is_final=True, speech_final=True))
    second["channel"]["alternatives"][0]["confidence"] = 0.7
    observer.received(json.dumps(second))
    record = sink.only(SpeechToText)
    assert record.transcript_content == "I would like tea"
    assert (record.audio_seconds, record.words) == (3.0, 4)
    assert record.confidence == pytest.approx(0.8)
    assert record.interim_results == 0


def test_the_channels_of_a_call_do_not_mix() -> None:
    """Two people on two channels, speaking at once, are two utterances with their own transcripts."""
    sink = RecordingSink(wants_content=True)
    observer = connected(Listen, sink, channels=2)
    observer.received(results("agent speaks", 1.0, 2.0, channel=0, is_final=True))
    observer.received(results("caller", 1.5, 2.0, channel=1, is_final=False))
    observer.received(results("caller speaks", 1.5, 2.5, channel=1, is_final=True, speech_final=True))
    observer.received(results("", 2.0, 2.5, channel=0, is_final=True, speech_final=True))
    said = {record.transcript_content for record in sink.records}  # type: ignore[attr-defined]
    assert said == {"agent speaks", "caller speaks"}


def test_a_late_utterance_end_does_not_end_the_next_utterance() -> None:
    """UtteranceEnd may arrive when the next utterance has begun; its last word tells which one it means."""
    sink = RecordingSink()
    observer = connected(Listen, sink)
    observer.received(results("first", 1.0, 2.0, is_final=True, speech_final=True))
    observer.received(results("second", 4.0, 5.0, is_final=False))
    observer.received(json.dumps({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 2.0}))
    assert len(sink.records) == 1
    observer.received(json.dumps({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 5.0}))
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]


def test_old_noise_does_not_move_the_start() -> None:
    """A sound that a final result without words has passed is forgotten when somebody speaks later."""
    sink = RecordingSink()
    observer = connected(Listen, sink)
    observer.received(json.dumps({"type": "SpeechStarted", "channel": [0, 1], "timestamp": 0.5}))
    observer.received(results("", 0.0, 3.0, is_final=True))
    observer.received(results("now", 5.0, 6.0, is_final=True, speech_final=True))
    assert sink.only(SpeechToText).started_ns == observer.audio.moment(5.0)


def test_speech_starts_where_it_was_noticed() -> None:
    """SpeechStarted comes before the first word is known, and its place in the audio is the start."""
    sink = RecordingSink()
    observer = connected(Listen, sink)
    observer.received(json.dumps({"type": "SpeechStarted", "channel": [0, 1], "timestamp": 4.5}))
    observer.received(results("now", 5.0, 6.0, is_final=True, speech_final=True))
    assert sink.only(SpeechToText).started_ns == observer.audio.moment(4.5)


def test_audio_frames_from_the_server_are_not_parsed() -> None:
    """Binary messages and messages of kinds we do not know pass by."""
    sink = RecordingSink()
    observer = connected(Listen, sink)
    for message in (b"{", '{"type": "New"}', "[]", "{}", ""):
        observer.received(message)
    assert sink.started == []


def test_only_audio_moves_the_audio_clock() -> None:
    """KeepAlive and the other control messages are text, and no audio."""
    observer = connected(Listen, RecordingSink())
    before = observer.audio.sent
    for kind in ("KeepAlive", "Finalize", "CloseStream"):
        observer.sent(json.dumps({"type": kind}))
    observer.sent(b"")
    assert observer.audio.sent == before
    assert observer.audio.seconds == 10.0


def test_a_flux_turn_without_word_offsets_ends_where_its_transcript_stopped_growing() -> None:
    """The window of EndOfTurn reaches into the silence; the last change of the transcript is nearer to the truth."""
    sink = RecordingSink()
    observer = connected(Flux, sink)
    for event, end, text in (("StartOfTurn", 1.0, ""), ("Update", 2.0, "Yes"), ("EndOfTurn", 6.0, "Yes")):
        words = [{"word": text, "confidence": 0.9}] if text else []
        window = {"audio_window_start": 0.0, "audio_window_end": end}
        observer.received(
            json.dumps({"type": "TurnInfo", "event": event, "transcript": text, "words": words, **window})
        )
    record = sink.only(SpeechToText)
    assert record.started_ns == observer.audio.moment(1.0)
    assert record.speech_ended_ns == observer.audio.moment(2.0)
    assert record.speech_end_source == "word_offsets"


def test_memory_does_not_grow_with_the_interim_results() -> None:
    """An utterance keeps nothing of an interim transcript but its count."""
    observer = connected(Listen, RecordingSink())
    observer.received(results("so", 1.0, 2.0, is_final=False))
    utterance = observer.utterances[0]
    before = {name: value for name, value in vars(utterance).items() if isinstance(value, list | dict | str)}
    for _ in range(100):
        observer.received(results("so far so good", 1.0, 3.0, is_final=False))
    assert {name: vars(utterance)[name] for name in before} == before
