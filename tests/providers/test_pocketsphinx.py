"""PocketSphinx decodes real speech, offline, with the model in its wheel: one record for each utterance."""

from __future__ import annotations

import gc
import io
import signal
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.pocketsphinx import PROVIDER
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing

pocketsphinx = pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")

CALLER = Path(__file__).resolve().parents[2] / "examples" / "caller.wav"
"""A recorded voice; its licence is beside it."""
RATE = 16000
SAID = "tomorrow at ten a m"
# A few phrases instead of all of English: what is heard is then certain, and soon found.
GRAMMAR = """#JSGF V1.0;
grammar caller;
public <said> = (tomorrow | thursday | today) at (one | three | ten) (a | p) m;
"""
ASKED = {"lm": None, "loglevel": "FATAL"}


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def speech() -> bytes:
    """Tomorrow at ten A.M."""
    with wave.open(str(CALLER)) as recording:
        recording.setpos(int(8.9 * RATE))
        return recording.readframes(3 * RATE)


def listening(kind: Any = None, **asked: Any) -> Any:
    """A decoder that knows what callers say."""
    decoder = (kind or pocketsphinx.Decoder)(**ASKED, **asked)
    decoder.add_jsgf_string("caller", GRAMMAR)
    decoder.activate_search("caller")
    return decoder


def utter(decoder: Any) -> None:
    """An utterance, as it would come from a microphone."""
    sound = io.BytesIO(speech())
    decoder.start_utt()
    while data := sound.read(RATE // 5):
        decoder.process_raw(data)
        decoder.hyp()
    decoder.end_utt()


def test_real_speech_is_one_record(sink: RecordingSink) -> None:
    """What the decoder heard of a recorded voice is what the record says, and the program's result is the decoder's."""
    decoder = listening()
    utter(decoder)
    heard = decoder.hyp()
    assert (type(heard), heard.hypstr) == (pocketsphinx.Hypothesis, SAID)
    record = sink.only(SpeechToText)
    assert (record.provider, record.request_model, record.server_address) == ("pocketsphinx", "en-us", None)
    assert (record.outcome, record.streamed, record.transcript_content) == (Outcome.COMPLETED, True, SAID)
    assert (record.words, record.audio_seconds, record.sample_rate) == (5, pytest.approx(3.0), RATE)
    assert record.interim_results > 0
    marks = [record.started_ns, record.first_partial_ns, record.endpoint_ns, record.final_ns, record.ended_ns]
    assert None not in marks
    assert marks == sorted(marks)  # type: ignore[type-var]
    assert [record.conversation] == sink.opened
    assert not sink.closed


def test_what_is_asked_again_is_told_once(sink: RecordingSink) -> None:
    """Only the first `hyp` after the end of an utterance ends it; the next utterance is the next record."""
    decoder = listening()
    for _ in range(2):
        utter(decoder)
        assert decoder.hyp().hypstr == decoder.hyp().hypstr == SAID
    assert sink.outcomes == [Outcome.COMPLETED] * 2
    assert [record.conversation for record in sink.records] == sink.opened * 2


def test_what_nobody_asks_for_was_whole_all_the_same(sink: RecordingSink) -> None:
    """An utterance of which the program reads nothing ended when the decoder had finished it."""
    decoder = listening()
    decoder.start_utt()
    decoder.process_raw(speech()[:RATE])
    decoder.end_utt()
    assert not sink.records
    decoder.start_utt()
    record = sink.records[0]
    assert isinstance(record, SpeechToText)
    assert (record.outcome, record.ended_ns) == (Outcome.COMPLETED, record.endpoint_ns)
    decoder.end_utt()


def test_a_decoder_that_is_dropped_hangs_up(sink: RecordingSink) -> None:
    """What was being heard is interrupted, and the conversation has one stream less."""
    decoder = listening()
    decoder.start_utt()
    decoder.process_raw(speech()[:RATE])
    del decoder
    gc.collect()
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.closed == sink.opened


def test_errors_are_the_decoders_own(sink: RecordingSink) -> None:
    """A call out of order fails as it does without us, and is no failed utterance where none was open."""
    decoder = listening()
    with pytest.raises(RuntimeError, match="Failed to stop utterance processing"):
        decoder.end_utt()
    assert not sink.started
    decoder.start_utt()
    with pytest.raises(TypeError):
        decoder.process_raw("text")
    with pytest.raises(RuntimeError, match="Failed to start utterance processing"):
        decoder.start_utt()
    assert (len(sink.started), sink.records) == (1, [])
    decoder.end_utt()
    decoder.hyp()
    assert sink.only(SpeechToText).outcome is Outcome.COMPLETED


def test_a_search_that_is_gone_fails_the_utterance(sink: RecordingSink) -> None:
    """The decoder's error is the program's, and the record's."""
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    with pytest.raises(RuntimeError) as raised:
        decoder.start_utt()
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


def test_what_is_derived_from_the_decoder_is_heard_too(sink: RecordingSink) -> None:
    """The classes of the package that were derived before we came, and the program's own."""

    class Own(pocketsphinx.Decoder):  # type: ignore[misc]
        def hyp(self) -> Any:
            self.asked = True
            return super().hyp()

    for kind in (pocketsphinx.Pocketsphinx, Own):
        decoder = listening(kind)
        utter(decoder)
        assert decoder.hyp().hypstr == SAID
        assert isinstance(decoder, pocketsphinx.Decoder)
    assert sink.outcomes == [Outcome.COMPLETED] * 2


def test_a_file_is_heard_speech_by_speech(tmp_path: Path, sink: RecordingSink) -> None:
    """`AudioFile` iterates over what it recognises; each is an utterance."""
    path = tmp_path / "caller.raw"
    path.write_bytes(speech() + bytes(RATE + 2))  # a silence that ends the speech, and not at the end of a frame
    grammar = tmp_path / "caller.gram"
    grammar.write_text(GRAMMAR)
    interrupting = signal.getsignal(signal.SIGINT)
    try:
        phrases = [str(phrase) for phrase in pocketsphinx.AudioFile(str(path), jsgf=str(grammar), **ASKED)]
    finally:
        signal.signal(signal.SIGINT, interrupting)  # it takes this for itself
    assert phrases == [SAID]
    assert [record.transcript_content for record in sink.records if isinstance(record, SpeechToText)] == [SAID]


def test_the_class_is_the_programs_again() -> None:
    """Uninstalled, each name and each base is the class of the extension; a decoder made meanwhile works on."""
    original = pocketsphinx.Decoder
    with observing(PROVIDER) as sink:
        decoder = listening()
        assert isinstance(decoder, original)
        assert issubclass(pocketsphinx.Pocketsphinx, pocketsphinx.Decoder)
        assert pocketsphinx.pocketsphinx.Decoder is pocketsphinx.Decoder is not original
    assert pocketsphinx.pocketsphinx.Decoder is pocketsphinx.Decoder is original
    assert pocketsphinx.Pocketsphinx.__bases__ == (original,)
    utter(decoder)
    assert decoder.hyp().hypstr == SAID
    assert not sink.started
