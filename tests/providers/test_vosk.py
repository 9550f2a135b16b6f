"""Vosk's own classes, over a stand-in for its native library: no model of it is small enough to be here.

What is real is the Python package: its classes, their errors, the strings that they make of the library's memory.
What stands in for the library answers as a recogniser of Vosk's would, and recognises nothing.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.vosk import PROVIDER
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing

vosk = pytest.importorskip("vosk", reason="vosk is not installed")

RATE = 16000
SECOND = bytes(2 * RATE)
PARTIAL = {"partial": "hello"}
NOTHING = {"partial": ""}
WORDS = [
    {"word": "hello", "start": 0.3, "end": 0.7, "conf": 1.0},
    {"word": "there", "start": 0.8, "end": 1.2, "conf": 0.5},
]
RESULT = {"result": WORDS, "text": "hello there"}


class Library:
    """The functions of `libvosk` that a recogniser calls."""

    def __init__(self) -> None:
        self.ends = 0
        """What `accept_waveform` says: whether the speaker has finished, or below 0 that it failed."""
        self.partial: dict[str, Any] = NOTHING
        self.result: dict[str, Any] = {"text": ""}
        self._kept: Any = None

    def vosk_model_new(self, path: bytes) -> Any:
        return vosk._ffi.NULL if path == b"missing" else vosk._ffi.cast("void *", 1)

    def vosk_recognizer_new(self, model: Any, rate: float) -> Any:
        return vosk._ffi.cast("void *", 2)

    def vosk_recognizer_accept_waveform(self, handle: Any, data: bytes, size: int) -> int:
        return self.ends

    def vosk_recognizer_partial_result(self, handle: Any) -> Any:
        return self._text(self.partial)

    def vosk_recognizer_result(self, handle: Any) -> Any:
        return self._text(self.result)

    vosk_recognizer_final_result = vosk_recognizer_result

    def vosk_recognizer_reset(self, handle: Any) -> None: ...

    def vosk_recognizer_free(self, handle: Any) -> None: ...

    def vosk_model_free(self, handle: Any) -> None: ...

    def _text(self, content: dict[str, Any]) -> Any:
        text = json.dumps(content, indent=2, separators=(",", " : "))  # as Vosk writes it
        self._kept = vosk._ffi.new("char[]", text.encode())
        return self._kept


@pytest.fixture
def library() -> Library:
    library = Library()
    vosk._c = library  # for good: what a failed test keeps alive frees its handles later, which are none of Vosk's
    return library


@pytest.fixture
def sink(library: Library) -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def listening() -> Any:
    return vosk.KaldiRecognizer(vosk.Model("/models/vosk-model-small-en-us-0.15"), RATE)


def test_an_utterance_is_one_record(library: Library, sink: RecordingSink) -> None:
    """From its first word in the audio to the result in the program's hands, whose strings are as they were."""
    recognizer = listening()
    assert recognizer.AcceptWaveform(SECOND) == 0
    assert json.loads(recognizer.PartialResult()) == NOTHING
    assert not sink.started
    library.partial = PARTIAL
    assert json.loads(recognizer.PartialResult()) == PARTIAL
    library.ends, library.result = 1, RESULT
    assert recognizer.AcceptWaveform(data=SECOND) == 1
    assert json.loads(recognizer.Result()) == RESULT
    record = sink.only(SpeechToText)
    assert (record.provider, record.request_model) == ("vosk", "vosk-model-small-en-us-0.15")
    assert (record.outcome, record.streamed, record.transcript_content) == (Outcome.COMPLETED, True, "hello there")
    assert (record.words, record.confidence, record.interim_results) == (2, 0.75, 1)
    assert record.speech_end_source == "word_offsets"
    assert record.endpoint_ns is not None and record.final_ns is not None
    assert record.endpoint_ns <= record.final_ns
    assert [record.conversation] == sink.opened


def test_each_utterance_of_a_stream_is_a_record(library: Library, sink: RecordingSink) -> None:
    """Also one of which nothing was heard before its result, and the last, which is asked for."""
    recognizer = listening()
    for text in ("one", "two"):
        library.ends, library.result = 1, {"text": text}
        recognizer.AcceptWaveform(SECOND)
        recognizer.Result()
    library.ends, library.result = 0, {"alternatives": [{"confidence": 200.5, "text": "three"}]}
    recognizer.AcceptWaveform(SECOND)
    recognizer.FinalResult()
    library.result = {"text": ""}
    recognizer.FinalResult()
    heard = [record.transcript_content for record in sink.records if isinstance(record, SpeechToText)]
    assert heard == ["one", "two", "three"]
    assert sink.outcomes == [Outcome.COMPLETED] * 3
    assert len(sink.opened) == 1


def test_what_is_dropped_was_interrupted(library: Library, sink: RecordingSink) -> None:
    """By `Reset` in the middle, and with the recogniser."""
    recognizer = listening()
    library.partial = PARTIAL
    recognizer.PartialResult()
    recognizer.Reset()
    recognizer.PartialResult()
    del recognizer
    gc.collect()
    assert sink.outcomes == [Outcome.INTERRUPTED] * 2
    assert sink.closed == sink.opened


def test_its_error_is_the_programs_and_the_records(library: Library, sink: RecordingSink) -> None:
    """The very exception; a call that is wrong is no failed utterance."""
    recognizer = listening()
    with pytest.raises(TypeError):
        recognizer.AcceptWaveform(None)
    assert not sink.started
    library.ends = -1
    with pytest.raises(Exception, match="Failed to process waveform") as raised:
        recognizer.AcceptWaveform(SECOND)
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


def test_a_model_that_is_not_there_is_told_by_vosk(library: Library, sink: RecordingSink) -> None:
    """Loading a model is no operation."""
    with pytest.raises(Exception, match="Failed to create a model"):
        vosk.Model("missing")
    assert not sink.started


def test_what_is_derived_is_heard_and_uninstalling_leaves_it(library: Library) -> None:
    """A class of the program's own; after uninstalling it recognises as before, and nobody looks."""

    class Own(vosk.KaldiRecognizer):  # type: ignore[misc]
        pass

    library.ends, library.result = 1, RESULT
    with observing(PROVIDER) as sink:
        recognizer = Own(vosk.Model(model_path="model"), RATE)
        recognizer.AcceptWaveform(SECOND)
        assert json.loads(recognizer.Result()) == RESULT
        assert sink.only(SpeechToText).transcript_content is None
    recognizer.AcceptWaveform(SECOND)
    assert json.loads(recognizer.Result()) == RESULT
    assert len(sink.started) == 1
