from array import array

import pytest

from otel_voice.simulators.audio import Frames, read_wav, samples_of, synthesize, wav
from otel_voice.simulators.deepgram_audio import Decoder
from otel_voice.simulators.formats import decode_mulaw, encode_mulaw
from otel_voice.simulators.speech import words_of
from otel_voice.simulators.wire import BadRequestError
from tests.simulators.clients import frames, speech


def test_mulaw_keeps_the_sound():
    """Encoded and decoded, a sample is off by at most a thirtieth."""
    before = samples_of(synthesize("hello", 8000))
    after = samples_of(decode_mulaw(encode_mulaw(synthesize("hello", 8000))))
    assert all(abs(a - b) <= abs(a) / 30 + 8 for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("size", [1, 333, 640, 100000])
def test_frames_do_not_depend_on_how_audio_was_cut(size):
    """The audio clock counts samples, not messages."""
    pcm = speech()
    cut = Frames(16000)
    found = [frame for part in frames(pcm, size) for frame in cut.feed(part)]
    assert found == list(Frames(16000).feed(pcm))
    voiced = [frame.start for frame in found if frame.voiced]
    assert voiced[0] == pytest.approx(0.5, abs=0.03)


def test_channels_are_mixed():
    """Stereo is as long as mono."""
    stereo = array("h", [sample for sample in samples_of(synthesize("hello", 16000)) for _ in range(2)]).tobytes()
    assert [f.voiced for f in Frames(16000, 2).feed(stereo)] == [
        f.voiced for f in Frames(16000).feed(synthesize("hello", 16000))
    ]


def test_a_wav_header_is_no_sound():
    """The header of a streamed file says the rate and is not heard."""
    decoder = Decoder({})
    list(decoder.frames(wav(synthesize("hello", 8000), 8000)))
    assert (decoder.rate, decoder.seconds) == (8000, 5 / 16)


@pytest.mark.parametrize("query", [{"encoding": "opus"}, {"sample_rate": "nan"}, {"channels": "0"}])
def test_audio_that_cannot_be_read_is_refused(query):
    """The error says what is wrong."""
    with pytest.raises(BadRequestError, match=r"expected|offers"):
        Decoder(query)


def test_words_fill_the_time_they_took():
    """Words follow each other from the beginning to the end."""
    words = words_of("one three", 1.0, 2.0)
    assert (words[0].start, words[0].end, words[1].end) == (1.0, 1.4, 2.0)


def test_bytes_that_are_no_wav_are_no_sound():
    """Other data is not mistaken for a recording."""
    assert read_wav(b"RIFF") is None
