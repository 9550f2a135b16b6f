"""The real engine of faster-whisper, with a model of 80 kB that hears "hello" in each half minute it is given."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.faster_whisper import PROVIDER
from tests.capture_sink import RecordingSink, current
from tests.contract.matrix import observing, present

faster_whisper = pytest.importorskip(
    "faster_whisper", reason="faster-whisper is not installed: with what it needs it is 400 MB, too much for each run"
)
np = pytest.importorskip("numpy")
tiny_whisper = pytest.importorskip("tests.providers.tiny_whisper")

RATE = 16000
LONG = 40  # seconds; more than Whisper takes at once
ASKED: dict[str, Any] = {
    "language": "en",
    "without_timestamps": True,
    "no_repeat_ngram_size": 1,
    "suppress_tokens": [],
    "suppress_blank": False,
    "temperature": 0.0,
    "beam_size": 1,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "whisper-tiny"
    folder.mkdir()
    tiny_whisper.save(folder)
    return folder


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def whisper(folder: Path, kind: Any = None) -> Any:
    return (kind or faster_whisper.WhisperModel)(str(folder), device="cpu", compute_type="float32", cpu_threads=1)


def silence(seconds: int) -> Any:
    return np.zeros(seconds * RATE, np.float32)


def test_a_recording_is_one_record_to_its_last_segment(folder: Path, sink: RecordingSink) -> None:
    """It is recognised while the segments are iterated: the record ends with them, and not with the call."""
    segments, info = whisper(folder).transcribe(silence(LONG), **ASKED)
    assert inspect.isgenerator(segments)
    assert isinstance(info, faster_whisper.transcribe.TranscriptionInfo)
    assert not sink.records
    assert current.get() is None
    first = next(segments)
    assert isinstance(first, faster_whisper.transcribe.Segment)
    assert not sink.records
    texts = [first.text, *(segment.text for segment in segments)]
    assert texts == ["hello", "hello"]
    record = sink.only(SpeechToText)
    assert (record.provider, record.request_model, record.language) == ("faster_whisper", "whisper-tiny", "en")
    assert (record.outcome, record.streamed, record.server_address) == (Outcome.COMPLETED, False, None)
    assert (record.transcript_content, record.words) == ("".join(texts), 2)
    assert record.audio_seconds == LONG
    marks = [record.started_ns, record.first_chunk_ns, record.final_ns, record.ended_ns]
    assert None not in marks
    assert marks == sorted(marks)  # type: ignore[type-var]


@pytest.mark.skipif(len(present(PROVIDER)) == 2, reason="this version has no batches")
def test_batches_are_one_record(folder: Path, sink: RecordingSink) -> None:
    """Which does its work by the same model, and in other ways of it."""
    pipeline = faster_whisper.BatchedInferencePipeline(whisper(folder))
    pieces = [{"start": 0, "end": 3}, {"start": 3, "end": 5}]
    segments, _ = pipeline.transcribe(silence(5), vad_filter=False, clip_timestamps=pieces, **ASKED)
    assert [segment.text for segment in segments] == ["hello", "hello"]
    record = sink.only(SpeechToText)
    assert (record.request_model, record.audio_seconds, record.outcome) == ("whisper-tiny", 5, Outcome.COMPLETED)


@pytest.mark.parametrize("taken", [0, 1])
@pytest.mark.parametrize("how", ["closed", "dropped"])
def test_who_wants_no_more_interrupts(folder: Path, sink: RecordingSink, taken: int, how: str) -> None:
    """Before the first segment and after it, by closing the generator and by dropping it."""
    segments, _ = whisper(folder).transcribe(silence(LONG), **ASKED)
    for _ in range(taken):
        next(segments)
    if how == "closed":
        segments.close()
    del segments
    gc.collect()
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED


def test_its_error_is_the_programs_and_the_records(folder: Path, sink: RecordingSink) -> None:
    """The very exception, in the call and in the middle of the segments."""
    model = whisper(folder)
    with pytest.raises(Exception, match="nothing") as raised:
        model.transcribe("nothing.wav", **ASKED)
    segments, _ = model.transcribe(silence(LONG), **ASKED)
    next(segments)
    model.max_length = "long"
    with pytest.raises(TypeError) as later:
        next(segments)
    assert sink.outcomes == [Outcome.FAILED] * 2
    assert sink.errors == [raised.value, later.value]


def test_what_is_derived_is_heard_and_uninstalling_leaves_it(folder: Path) -> None:
    """A class of the program's own; what it began to read it reads to the end."""

    class Own(faster_whisper.WhisperModel):  # type: ignore[misc]
        pass

    original = faster_whisper.WhisperModel.transcribe
    with observing(PROVIDER) as sink:
        model = whisper(folder, Own)
        segments, _ = model.transcribe(silence(1), **ASKED)
    assert faster_whisper.WhisperModel.transcribe is original
    assert [segment.text for segment in segments] == ["hello"]
    assert sink.only(SpeechToText).transcript_content is None
    assert [segment.text for segment in model.transcribe(silence(1), **ASKED)[0]] == ["hello"]
    assert len(sink.started) == 1
