"""The real engine of openai-whisper, with a model of random weights: what it says means nothing, but it says it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.whisper import PROVIDER
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing

whisper = pytest.importorskip(
    "whisper", reason="openai-whisper is not installed: it needs torch, which is several gigabytes"
)
torch = pytest.importorskip("torch")
if not hasattr(whisper, "load_model"):
    pytest.skip("what is installed as whisper is another package than openai-whisper", allow_module_level=True)

RATE = 16000
ASKED = {"language": "en", "fp16": False, "temperature": 0.0, "sample_len": 4}


@pytest.fixture(scope="module")
def model() -> Any:
    """As wide as tiny.en, and as deep as can be."""
    torch.manual_seed(0)
    dims = whisper.ModelDimensions(
        n_mels=80,
        n_audio_ctx=1500,
        n_audio_state=384,
        n_audio_head=6,
        n_audio_layer=1,
        n_vocab=51864,
        n_text_ctx=448,
        n_text_state=384,
        n_text_head=6,
        n_text_layer=1,
    )
    return whisper.model.Whisper(dims).eval()


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def test_a_recording_is_one_record(model: Any, sink: RecordingSink) -> None:
    """The text of the real engine, and the length of what it was given."""
    result = model.transcribe(torch.zeros(RATE), **ASKED)
    assert type(result) is dict
    record = sink.only(SpeechToText)
    assert (record.provider, record.request_model, record.language) == ("whisper", "tiny.en", "en")
    assert (record.outcome, record.streamed, record.server_address) == (Outcome.COMPLETED, False, None)
    assert (record.audio_seconds, record.transcript_content) == (1.0, result["text"].strip())


def test_its_error_is_the_programs_and_the_records(model: Any, sink: RecordingSink) -> None:
    """The very exception."""
    with pytest.raises(Exception) as raised:
        model.transcribe(object(), **ASKED)
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


def test_what_is_derived_is_heard_and_uninstalling_leaves_it(model: Any) -> None:
    """A class of the program's own; after uninstalling it recognises as before, and nobody looks."""

    class Own(whisper.model.Whisper):  # type: ignore[misc]
        pass

    derived = Own(model.dims).eval()
    original = whisper.model.Whisper.transcribe
    with observing(PROVIDER) as sink:
        derived.transcribe(torch.zeros(RATE), **ASKED)
        assert sink.only(SpeechToText).transcript_content is None
    assert whisper.model.Whisper.transcribe is original
    derived.transcribe(torch.zeros(RATE), **ASKED)
    assert len(sink.started) == 1
