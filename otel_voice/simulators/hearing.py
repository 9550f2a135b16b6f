"""One utterance while it is being heard: what was recognised of it up to a moment of the audio clock."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from otel_voice.simulators import speech
from otel_voice.simulators.audio import Frame
from otel_voice.simulators.speech import SECONDS_PER_WORD, Utterance, Word

# Enough sound to recognise a known utterance by its beginning: more is not kept, and until then
# the recogniser has no opinion.
KEPT_SECONDS = 0.4


@dataclass
class Hearing:
    """An utterance in progress; times are seconds on the audio clock.

    `directed` is the text a directive gave; without one the beginning may be known, or is described.
    """

    rate: int
    start: float
    directed: str | None
    end: float = 0.0
    reported: int = 0
    _known: Utterance | None = None
    _samples: array[int] = field(default_factory=lambda: array("h"))

    def __post_init__(self) -> None:
        self._segment = self.start

    def listen(self, frame: Frame) -> None:
        """Take in a frame with a voice in it."""
        self.end = frame.end
        if self.directed is None and self._known is None and frame.end - self.start <= KEPT_SECONDS:
            self._samples.extend(frame.samples)
            self._known = speech.known(self._samples, self.rate)

    def _text(self) -> str | None:
        return self._known.text if self._known else self.directed

    def words_until(self, now: float) -> list[Word]:
        """The words complete at a moment that no earlier final result reported."""
        text = self._text()
        if text is None:
            return self._described() if self.end - self.start >= KEPT_SECONDS else []
        seconds = self._known.seconds if self._known else len(text.split()) * SECONDS_PER_WORD
        words = speech.words_of(text, self.start, self.start + seconds)
        return speech.said_by(words, now)[self.reported :]

    def remaining_words(self) -> list[Word]:
        """The words not reported yet, now that the utterance is over."""
        text = self._text()
        if text is None:
            return self._described()
        rest = " ".join(text.split()[self.reported :])
        return speech.words_of(rest, self._segment, self.end)

    def _described(self) -> list[Word]:
        return speech.words_of(speech.described(self.end - self._segment), self._segment, self.end)

    def report(self, words: list[Word]) -> None:
        """Remember that a final result carried these words, the next of the utterance."""
        self.reported += len(words)
        self._segment = words[-1].end if words else self._segment


@dataclass
class Script:
    """Hands out the utterances of a `transcript=` directive in order."""

    transcript: str | None
    _next: int = 0

    def take(self) -> str | None:
        """The text of the next utterance: empty when the script is over, None when there is no script."""
        if not self.transcript:
            return None
        texts = speech.script(self.transcript)
        self._next += 1
        return texts[self._next - 1] if self._next <= len(texts) else ""
