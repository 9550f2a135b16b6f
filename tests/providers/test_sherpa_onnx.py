"""The real engine of sherpa-onnx, with models of a few hundred bytes that hear "hello" in whatever they are given."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText, TextToSpeech
from otel_voice.providers.sherpa_onnx import PROVIDER
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing
from tests.providers.tiny_onnx import FLOAT, INT64, Constant, Node, Tensor, model

sherpa_onnx = pytest.importorskip("sherpa_onnx", reason="sherpa-onnx is not installed")

RATE = 16000
PIECE = [0.0] * (RATE // 5)
HELLO = [-9.0, 0.0, -9.0]
"""How likely each token is, of which the second is hello."""
ONE = [1, 1, 1, 1]


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def recordings(folder: Path) -> Any:
    """A recogniser of recordings: the model of its yes-no example, with other weights."""
    (folder / "tokens.txt").write_text("<blk> 0\nhello 1\nx 2\n")
    (folder / "model.onnx").write_bytes(
        model(
            [Tensor("x", FLOAT, ["N", "T", 23])],
            [Tensor("y", FLOAT, ["N", "T", 3])],
            [Node("MatMul", ["x", "weights"], ["heard"]), Node("Add", ["heard", "hello"], ["y"])],
            [Constant("weights", FLOAT, [23, 3], [0.0] * 69), Constant("hello", FLOAT, [3], HELLO)],
            {"model_type": "tdnn", "vocab_size": 3},
        )
    )
    return sherpa_onnx.OfflineRecognizer.from_tdnn_ctc(
        model=str(folder / "model.onnx"), tokens=str(folder / "tokens.txt")
    )


def streams(folder: Path) -> Any:
    """A recogniser of streams, for which an utterance is over after a second."""
    (folder / "tokens.txt").write_text("x 0\n▁hello 1\n<blk> 2\n", encoding="utf-8")
    sizes = {f"cache_last_{kind}_dim{number}": 1 for kind in ("channel", "time") for number in (1, 2, 3)}
    (folder / "model.onnx").write_bytes(
        model(
            [
                Tensor("audio_signal", FLOAT, [1, 80, "T"]),
                Tensor("length", INT64, [1]),
                Tensor("channel", FLOAT, ONE),
                Tensor("time", FLOAT, ONE),
                Tensor("count", INT64, [1]),
            ],
            [
                Tensor("logprobs", FLOAT, [1, 4, 3]),
                Tensor("encoded_lengths", INT64, [1]),
                Tensor("channel_next", FLOAT, ONE),
                Tensor("time_next", FLOAT, ONE),
                Tensor("count_next", INT64, [1]),
            ],
            [
                Node("Identity", ["hello"], ["logprobs"]),
                Node("Identity", ["four"], ["encoded_lengths"]),
                *(Node("Identity", [name], [f"{name}_next"]) for name in ("channel", "time", "count")),
            ],
            [Constant("hello", FLOAT, [1, 4, 3], HELLO * 4), Constant("four", INT64, [1], [4])],
            {"vocab_size": 3, "window_size": 41, "chunk_shift": 32, "subsampling_factor": 8, **sizes},
        )
    )
    return sherpa_onnx.OnlineRecognizer.from_nemo_ctc(
        model=str(folder / "model.onnx"),
        tokens=str(folder / "tokens.txt"),
        enable_endpoint_detection=True,
        rule3_min_utterance_length=1.0,
    )


def voice(folder: Path) -> Any:
    """A voice that says the same in every sentence."""
    (folder / "tokens.txt").write_text("_ 0\nh 1\ni 2\n. 3\n, 4\n! 5\n? 6\n  7\n")
    (folder / "lexicon.txt").write_text("hi h i\n")
    told = {"model_type": "vits", "comment": "tiny", "language": "English", "punctuation": ". , ! ?"}
    (folder / "model.onnx").write_bytes(
        model(
            [
                Tensor("x", INT64, ["N", "T"]),
                Tensor("x_length", INT64, ["N"]),
                *(Tensor(name, FLOAT, [1]) for name in ("noise_scale", "length_scale", "noise_scale_w")),
            ],
            [Tensor("y", FLOAT, [1, 1, "S"])],
            [Node("Identity", ["sound"], ["y"])],
            [Constant("sound", FLOAT, [1, 1, 2205], [0.5] * 2205)],
            {**told, "add_blank": 0, "n_speakers": 1, "sample_rate": 22050, "version": 1},
        )
    )
    vits = sherpa_onnx.OfflineTtsVitsModelConfig(
        model=str(folder / "model.onnx"), lexicon=str(folder / "lexicon.txt"), tokens=str(folder / "tokens.txt")
    )
    return sherpa_onnx.OfflineTts(sherpa_onnx.OfflineTtsConfig(model=sherpa_onnx.OfflineTtsModelConfig(vits=vits)))


def hear(recognizer: Any, stream: Any) -> None:
    stream.accept_waveform(RATE, PIECE)
    while recognizer.is_ready(stream):
        recognizer.decode_stream(stream)


def test_a_recording_is_one_record(tmp_path: Path, sink: RecordingSink) -> None:
    """The text of the real engine, and the length of what it was given."""
    recognizer = recordings(tmp_path)
    stream = recognizer.create_stream()
    stream.accept_waveform(RATE // 2, PIECE)
    stream.accept_waveform(sample_rate=RATE // 2, waveform=PIECE)
    assert recognizer.decode_stream(stream) is None
    assert stream.result.text == "hello"
    record = sink.only(SpeechToText)
    assert (record.provider, record.request_model) == ("sherpa_onnx", tmp_path.name)
    assert (record.outcome, record.streamed, record.transcript_content) == (Outcome.COMPLETED, False, "hello")
    assert record.audio_seconds == pytest.approx(0.8)


def test_recordings_decoded_together_are_a_record_each(tmp_path: Path, sink: RecordingSink) -> None:
    """Each with a length of its own."""
    recognizer = recordings(tmp_path)
    several = [recognizer.create_stream() for _ in range(2)]
    for number, stream in enumerate(several, 1):
        stream.accept_waveform(RATE, PIECE * number)
    recognizer.decode_streams(several)
    lengths = [record.audio_seconds for record in sink.records if isinstance(record, SpeechToText)]
    assert lengths == [pytest.approx(0.2), pytest.approx(0.4)]
    assert sink.outcomes == [Outcome.COMPLETED] * 2


def test_its_error_is_the_programs_and_the_records(tmp_path: Path, sink: RecordingSink) -> None:
    """The very exception of the extension."""
    recognizer = recordings(tmp_path)
    with pytest.raises(TypeError) as raised:
        recognizer.decode_stream("no stream")
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


def test_an_utterance_of_a_stream_is_one_record(tmp_path: Path, sink: RecordingSink) -> None:
    """From its first words to what is read when the speaker has finished; then the next one."""
    recognizer = streams(tmp_path)
    stream = recognizer.create_stream()
    for _ in range(2):
        while not recognizer.is_endpoint(stream):
            hear(recognizer, stream)
            text = recognizer.get_result(stream)
        if not sink.records:
            assert text == recognizer.get_result_all(stream).text.strip()
            said = text
        recognizer.get_result(stream)
        recognizer.reset(stream)
    first = sink.records[0]
    assert isinstance(first, SpeechToText)
    assert (first.provider, first.request_model, first.streamed) == ("sherpa_onnx", tmp_path.name, True)
    assert said.startswith("hello")  # once for each piece, in old versions
    assert (first.transcript_content, first.words) == (said, len(said.split()))
    assert first.interim_results > 0
    marks = [first.started_ns, first.first_partial_ns, first.endpoint_ns, first.final_ns]
    assert None not in marks
    assert marks == sorted(marks)  # type: ignore[type-var]
    assert sink.outcomes == [Outcome.COMPLETED] * 2
    assert [record.conversation for record in sink.records] == sink.opened * 2


def test_the_end_of_the_audio_is_the_end_of_the_utterance(tmp_path: Path, sink: RecordingSink) -> None:
    """What is read when nothing is left to recognise is what was said, in whichever form it is asked for."""
    recognizer = streams(tmp_path)
    stream = recognizer.create_stream()
    for _ in range(4):
        hear(recognizer, stream)
    stream.input_finished()
    assert "hello" in recognizer.get_result_as_json_string(stream)
    assert sink.only(SpeechToText).transcript_content == recognizer.get_result(stream)


def test_beginning_anew_is_the_programs_own_end_of_an_utterance(tmp_path: Path, sink: RecordingSink) -> None:
    """A program with a detection of its own has what it read last."""
    recognizer = streams(tmp_path)
    stream = recognizer.create_stream()
    for _ in range(4):
        hear(recognizer, stream)
    said = recognizer.get_result(stream)
    recognizer.reset(stream)
    recognizer.reset(stream)
    assert sink.only(SpeechToText).transcript_content == said


def test_a_stream_that_is_dropped_was_interrupted(tmp_path: Path, sink: RecordingSink) -> None:
    """And its conversation has one stream less."""
    recognizer = streams(tmp_path)
    stream = recognizer.create_stream()
    for _ in range(4):
        hear(recognizer, stream)
    recognizer.get_result(stream)
    del stream
    gc.collect()
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.closed == sink.opened


def test_a_synthesis_is_one_record(tmp_path: Path, sink: RecordingSink) -> None:
    """The sound of the real engine is in the program's hands where the call returns, and only then."""
    audio = voice(tmp_path).generate("hi.", sid=0)
    assert type(audio).__name__ == "GeneratedAudio"
    assert len(audio.samples) >= 2205
    record = sink.only(TextToSpeech)
    assert (record.provider, record.request_model, record.voice) == ("sherpa_onnx", tmp_path.name, "0")
    assert (record.outcome, record.text_content, record.characters) == (Outcome.COMPLETED, "hi.", 3)
    assert record.sample_rate == audio.sample_rate
    assert record.first_chunk_ns == record.ended_ns


def test_an_error_of_a_voice_is_the_programs_and_the_records(tmp_path: Path, sink: RecordingSink) -> None:
    """The very exception of the extension."""
    speaking = voice(tmp_path)
    with pytest.raises(TypeError) as raised:
        speaking.generate(None)
    assert sink.only(TextToSpeech).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


def test_uninstalled_it_recognises_as_before(tmp_path: Path) -> None:
    """Also what was made meanwhile, and by a class of the program's own."""

    class Own(sherpa_onnx.OfflineRecognizer):  # type: ignore[misc]
        pass

    recognizer = recordings(tmp_path)
    recognizer.__class__ = Own
    with observing(PROVIDER) as sink:
        stream = recognizer.create_stream()
        stream.accept_waveform(RATE, PIECE)
        recognizer.decode_stream(stream)
        assert sink.only(SpeechToText).transcript_content is None
    stream.accept_waveform(RATE, PIECE)
    recognizer.decode_stream(stream)
    assert stream.result.text == "hello"
    assert len(sink.started) == 1
