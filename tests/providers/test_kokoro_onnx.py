"""The real classes and the real runtime of kokoro-onnx, with a model of 10 kB that says the same in every sentence."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.kokoro_onnx import PROVIDER
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing, until
from tests.providers.tiny_onnx import FLOAT, INT64, Constant, Node, Tensor, model

kokoro_onnx = pytest.importorskip(
    "kokoro_onnx", reason="kokoro-onnx is not installed: with what it needs it is 150 MB, too much for each run"
)
np = pytest.importorskip("numpy")

TEXT = "hello there"
LONG = "hello there. " * 80
"""More than the model takes at once."""
SAMPLES = 2400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kokoro")
    (folder / "kokoro-tiny.onnx").write_bytes(
        model(
            [Tensor("tokens", INT64, [1, "n"]), Tensor("style", FLOAT, [1, 256]), Tensor("speed", FLOAT, [1])],
            [Tensor("audio", FLOAT, ["samples"])],
            [Node("Identity", ["sound"], ["audio"])],
            [Constant("sound", FLOAT, [SAMPLES], [0.5] * SAMPLES)],
        )
    )
    np.savez(folder / "voices.npz", af_sarah=np.zeros((510, 1, 256), np.float32))
    return folder


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def voice(folder: Path, kind: Any = None) -> Any:
    return (kind or kokoro_onnx.Kokoro)(str(folder / "kokoro-tiny.onnx"), str(folder / "voices.npz"))


def test_a_synthesis_is_one_record(folder: Path, sink: RecordingSink) -> None:
    """Also where one call goes through another; the samples are the program's own."""
    result = voice(folder).create(TEXT, "af_sarah", lang="en-gb")
    assert type(result) is tuple
    samples, rate = result
    record = sink.only(TextToSpeech)
    assert (record.provider, record.request_model, record.voice) == ("kokoro_onnx", "kokoro-tiny", "af_sarah")
    assert (record.language, record.server_address, record.streamed) == ("en-gb", None, False)
    assert (record.characters, record.text_content) == (len(TEXT), TEXT)
    assert (record.outcome, record.sample_rate) == (Outcome.COMPLETED, rate)
    assert record.audio_seconds == len(samples) / rate
    assert record.first_chunk_ns == record.ended_ns


async def test_a_stream_is_one_record_to_its_last_piece(folder: Path, sink: RecordingSink) -> None:
    """It lasts as long as the program iterates."""
    stream = voice(folder).create_stream(LONG, "af_sarah")
    assert inspect.isasyncgen(stream)
    assert not sink.started
    pieces = [len(samples) async for samples, _ in stream]
    record = sink.only(TextToSpeech)
    assert len(pieces) > 1
    assert (record.outcome, record.streamed, record.language) == (Outcome.COMPLETED, True, "en-us")
    assert record.audio_seconds == pytest.approx(sum(pieces) / 24000)
    assert sink.first_chunks == [record]


@pytest.mark.parametrize("how", ["closed", "dropped"])
async def test_who_wants_no_more_interrupts(folder: Path, sink: RecordingSink, how: str) -> None:
    """In the middle of a stream, by closing it and by dropping it."""
    stream = voice(folder).create_stream(LONG, "af_sarah")
    await anext(stream)
    if how == "closed":
        await stream.aclose()
    del stream
    gc.collect()
    await until(lambda: sink.records, "the stream is over")
    assert sink.only(TextToSpeech).outcome is Outcome.INTERRUPTED


async def test_its_error_is_the_programs_and_the_records(folder: Path, sink: RecordingSink) -> None:
    """The very exception, of a call and of a stream."""
    speaking = voice(folder)
    with pytest.raises(Exception, match="nobody") as raised:
        speaking.create(TEXT, "nobody")
    with pytest.raises(Exception, match="nobody") as streamed:
        await anext(speaking.create_stream(TEXT, "nobody"))
    assert sink.outcomes == [Outcome.FAILED] * 2
    assert sink.errors == [raised.value, streamed.value]


def test_what_is_derived_is_heard_and_uninstalling_leaves_it(folder: Path) -> None:
    """A class of the program's own; after uninstalling it speaks as before, and nobody looks."""

    class Own(kokoro_onnx.Kokoro):  # type: ignore[misc]
        pass

    speaking = voice(folder, Own)
    with observing(PROVIDER) as sink:
        speaking.create(TEXT, "af_sarah")
        assert sink.only(TextToSpeech).text_content is None
    speaking.create(TEXT, "af_sarah")
    assert len(sink.started) == 1
