"""What is said: the transcripts the simulated recognisers hear and the words they are made of."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise

from otel_voice.simulators.audio import Frames, Sound, bytes_of
from otel_voice.simulators.wire import digest

SECONDS_PER_WORD = 0.35
CONFIDENCE = 0.98
FINGERPRINT_SECONDS = 0.1
# The first sample this loud anchors a fingerprint, wherever the frames of 20 ms happen to fall.
FINGERPRINT_LEVEL = 2000


@dataclass(frozen=True)
class Utterance:
    """A known utterance: what is said, and how long it takes in seconds."""

    text: str
    seconds: float


# The utterances of examples/caller.wav, by the fingerprint that examples/make_caller_wav.py prints.
KNOWN: Mapping[str, Utterance] = {
    "7cad82ee4084b617": Utterance("Hello. All circuits are busy now.", 2.28),
    "d08e483b59242213": Utterance("Tomorrow at ten A.M.", 2.74),
    "83be4a4b8efbee59": Utterance("I'm sorry. Thursday at three P.M.", 3.5),
    "8048bacd9eada68c": Utterance("Goodbye.", 0.72),
}


@dataclass(frozen=True)
class Word:
    """A word on the audio clock, in seconds since the start of the stream."""

    text: str
    start: float
    end: float

    @property
    def bare(self) -> str:
        """The word as recognisers print it without punctuation: `P.M.` is `p.m`, `Hello.` is `hello`."""
        return self.text.strip(".,;:!?").lower() or self.text


def fingerprint(samples: array[int], rate: int) -> str | None:
    """Names a beginning of speech by its first 0.1 s from the first loud sample; None while too short."""
    anchor = next((at for at, sample in enumerate(samples) if abs(sample) >= FINGERPRINT_LEVEL), None)
    length = int(FINGERPRINT_SECONDS * rate)
    if anchor is None or len(samples) - anchor < length:
        return None
    return digest(bytes_of(samples[anchor : anchor + length]))[:16]


def known(samples: array[int], rate: int) -> Utterance | None:
    """The known utterance that begins with these samples, if it is one."""
    return KNOWN.get(fingerprint(samples, rate) or "")


def described(seconds: float) -> str:
    """What is heard in a voice that nobody wrote a transcript for."""
    return f"Speech of {seconds:.1f} seconds."


def words_of(text: str, start: float, end: float) -> list[Word]:
    """The words of a text, spread over the time from start to end by their length."""
    words = text.split()
    if not words:
        return []
    shares = list(accumulate((len(word) + 1 for word in words), initial=0))
    step = (end - start) / shares[-1]
    times = [round(start + share * step, 3) for share in shares]
    return [Word(word, *span) for word, span in zip(words, pairwise(times), strict=True)]


@dataclass(frozen=True)
class Stretch:
    """A stretch of voice in a recording, in seconds, and its samples."""

    start: float
    end: float
    samples: array[int]


def stretches(sound: Sound, silence: float) -> Iterator[Stretch]:
    """The stretches of voice in a recording that at least `silence` seconds keep apart."""
    current: list[tuple[float, array[int]]] = []
    start = end = 0.0
    for frame in Frames(sound.rate).feed(sound.pcm):
        if frame.voiced:
            start = start if current else frame.start
            end = frame.end
            current.append((frame.start, frame.samples))
        elif current and frame.end - end >= silence:
            yield _stretch(sound, start, end)
            current = []
    if current:
        yield _stretch(sound, start, end)


def _stretch(sound: Sound, start: float, end: float) -> Stretch:
    first, last = round(start * sound.rate) * 2, round(end * sound.rate) * 2
    samples = array("h")
    samples.frombytes(sound.pcm[first:last])
    return Stretch(start, end, samples)


def script(transcript: str | None) -> list[str]:
    """The utterances of a `transcript=` directive."""
    return [part.strip() for part in (transcript or "").split("|") if part.strip()]


def heard(sound: Sound, transcript: str | None, silence: float = 0.6) -> list[list[Word]]:
    """The words of every utterance in a recording: as directed, as known, or as described."""
    directed = iter(script(transcript))
    found = []
    for stretch in stretches(sound, silence):
        utterance = known(stretch.samples, sound.rate)
        text = utterance.text if utterance else described(stretch.end - stretch.start)
        found.append(
            words_of(next(directed, text) if not transcript else next(directed, ""), stretch.start, stretch.end)
        )
    return found


def heard_bytes(data: bytes, transcript: str | None) -> list[list[Word]]:
    """Stands in for `heard` where the bytes are no WAV: one utterance as long as 16 kHz PCM would be."""
    seconds = max(0.1, len(data) / 32000)
    texts = script(transcript) or [described(seconds)]
    step = seconds / len(texts)
    return [words_of(text, index * step, (index + 1) * step) for index, text in enumerate(texts)]


def text_of(utterances: list[list[Word]]) -> str:
    """All utterances as one text."""
    return " ".join(word.text for words in utterances for word in words)


def said_by(words: list[Word], moment: float) -> list[Word]:
    """The words that were complete at a moment of the audio clock."""
    return [word for word in words if word.end <= moment]
