"""What a recogniser hears in a stream of audio: where utterances begin, grow and end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from otel_voice.simulators.audio import Frame
from otel_voice.simulators.deepgram_audio import Decoder
from otel_voice.simulators.hearing import Hearing, Script
from otel_voice.simulators.speech import Word

UPDATE_SECONDS = 0.3


@dataclass(frozen=True)
class Moment:
    """Something was heard: `kind` is "start", "update" or "end"; times are seconds on the audio clock."""

    kind: str
    words: list[Word]
    start: float
    now: float

    @property
    def text(self) -> str:
        """All words so far."""
        return " ".join(word.text for word in self.words)


class Ear:
    """The state of one connection without its socket: audio bytes in, moments out."""

    def __init__(self, query: Mapping[str, str], script: Script, pause: float | None) -> None:
        """`pause` is the silence that ends an utterance; without it only `finish` does."""
        self._decoder = Decoder(query)
        self._script = script
        self._pause = pause
        self._hearing: Hearing | None = None
        self._update_at = 0.0
        self.now = 0.0

    @property
    def seconds(self) -> float:
        """How much audio was received."""
        return self._decoder.seconds

    def feed(self, data: bytes) -> list[Moment]:
        """Hear more audio."""
        return [moment for frame in self._decoder.frames(data) for moment in self._frame(frame)]

    def finish(self) -> list[Moment]:
        """The utterance under way is over, if there is one."""
        if self._hearing is None:
            return []
        moment = self._moment("end", self._hearing.remaining_words())
        self._hearing = None
        return [moment]

    def _frame(self, frame: Frame) -> Iterator[Moment]:
        self.now = frame.end
        if frame.voiced:
            yield from self._voice(frame)
        elif self._hearing and self._pause is not None and frame.end - self._hearing.end >= self._pause - 1e-9:
            yield from self.finish()
        if self._hearing and self.now >= self._update_at:
            self._update_at = self.now + UPDATE_SECONDS
            words = self._hearing.words_until(self.now)
            if words:
                yield self._moment("update", words)

    def _voice(self, frame: Frame) -> Iterator[Moment]:
        if self._hearing is None:
            self._hearing = Hearing(self._decoder.rate, frame.start, self._script.take())
            self._update_at = frame.start + UPDATE_SECONDS
            yield self._moment("start", [])
        self._hearing.listen(frame)

    def _moment(self, kind: str, words: list[Word]) -> Moment:
        assert self._hearing is not None
        return Moment(kind, words, self._hearing.start, self.now)


def encoded(query: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """The query with the encoding's name in it as the decoder knows it."""
    encoding = query.get("encoding", "")
    return {**query, "encoding": names.get(encoding, encoding or "linear16")}
