"""The real classes and the real runtime of Piper, with a voice of 9 kB that says the same in every sentence."""

from __future__ import annotations

import gc
import inspect
import io
import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.piper import PROVIDER
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing
from tests.providers.tiny_onnx import FLOAT, INT64, Constant, Node, Tensor, model

piper = pytest.importorskip(
    "piper", reason="piper-tts is not installed: its licence is the GPL, and nothing here brings it"
)

TEXT = "Hello. Hello."
SAMPLES, RATE = 2205, 22050
PHONEMES = {name: [number] for number, name in enumerate("_^$ .həloʊɛ\u02c8")}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("piper") / "en_US-tiny.onnx"
    path.write_bytes(
        model(
            [
                Tensor("input", INT64, [1, "n"]),
                Tensor("input_lengths", INT64, [1]),
                Tensor("scales", FLOAT, [3]),
            ],
            [Tensor("output", FLOAT, [1, 1, 1, "samples"])],
            [Node("Identity", ["sound"], ["output"])],
            [Constant("sound", FLOAT, [1, 1, 1, SAMPLES], [0.5] * SAMPLES)],
        )
    )
    config = {
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": "en-us"},
        "num_symbols": len(PHONEMES),
        "num_speakers": 1,
        "inference": {},
        "phoneme_type": "espeak",
        "phoneme_id_map": PHONEMES,
        "speaker_id_map": {},
    }
    path.with_name(f"{path.name}.json").write_text(json.dumps(config))
    return path


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def voice(path: Path) -> Any:
    return piper.PiperVoice.load(str(path))


def test_a_synthesis_is_one_record_to_its_last_sentence(path: Path, sink: RecordingSink) -> None:
    """It begins with the first sentence that is asked for, and lasts as long as the program iterates."""
    sentences = voice(path).synthesize(TEXT)
    assert inspect.isgenerator(sentences)
    assert not sink.started
    pieces = list(sentences)
    assert {type(piece) for piece in pieces} == {piper.voice.AudioChunk}
    assert len(pieces) == 2
    record = sink.only(TextToSpeech)
    assert (record.provider, record.request_model, record.language) == ("piper", "en_US-tiny", "en-us")
    assert (record.outcome, record.streamed, record.server_address) == (Outcome.COMPLETED, True, None)
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.audio_seconds, record.sample_rate) == (pytest.approx(2 * SAMPLES / RATE), RATE)
    assert sink.first_chunks == [record]


def test_what_goes_through_it_is_told_once(path: Path, sink: RecordingSink) -> None:
    """A recording is made of the same sentences."""
    recording = io.BytesIO()
    with wave.open(recording, "wb") as file:
        voice(path).synthesize_wav(TEXT, file)
    assert len(recording.getvalue()) > 2 * 2 * SAMPLES
    assert sink.only(TextToSpeech).outcome is Outcome.COMPLETED


@pytest.mark.parametrize("how", ["closed", "dropped"])
def test_who_wants_no_more_interrupts(path: Path, sink: RecordingSink, how: str) -> None:
    """After the first sentence, by closing the generator and by dropping it."""
    sentences = voice(path).synthesize(TEXT)
    next(sentences)
    if how == "closed":
        sentences.close()
    del sentences
    gc.collect()
    assert sink.only(TextToSpeech).outcome is Outcome.INTERRUPTED


def test_its_error_is_the_programs_and_the_records(path: Path, sink: RecordingSink) -> None:
    """The very exception."""
    speaking = voice(path)
    speaking.config.phoneme_type = "nothing"
    with pytest.raises(ValueError, match="nothing") as raised:
        next(speaking.synthesize(TEXT))
    assert sink.only(TextToSpeech).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


def test_what_is_derived_is_heard_and_uninstalling_leaves_it(path: Path) -> None:
    """A class of the program's own; after uninstalling it speaks as before, and nobody looks."""

    class Own(piper.PiperVoice):  # type: ignore[misc]
        pass

    speaking = voice(path)
    speaking.__class__ = Own
    with observing(PROVIDER) as sink:
        assert len(list(speaking.synthesize(TEXT))) == 2
        assert sink.only(TextToSpeech).text_content is None
    assert len(list(speaking.synthesize(TEXT))) == 2
    assert len(sink.started) == 1
