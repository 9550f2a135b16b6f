"""What the user heard of one turn's answer: when it sounded, where it was cut, what was paid for and never heard."""

from __future__ import annotations

from typing import NamedTuple

from otel_voice.conversations.talk import Interval
from otel_voice.observation import clock
from otel_voice.observation.records import Outcome, RealtimeResponse, TextToSpeech


class Unheard(NamedTuple):
    """The part of an answer that was made and not heard."""

    heard: float
    """Seconds that were heard."""
    seconds: float
    characters: int | None
    """In proportion to the seconds; None when nobody told how many there were."""


class Spoken:
    """The sound of one turn, as bytes and their length tell it, or as the program does, which then counts alone."""

    def __init__(self) -> None:
        self.onset_ns: int | None = None
        """When the user began to speak over it."""
        self.silent_ns: int | None = None
        """When the agent fell silent after that."""
        self.playing_ns: int | None = None
        """Since when the program plays it."""
        self.told = False
        """Whether the program tells of its playback."""
        self._made: list[Interval] = []
        self._played: list[Interval] = []
        self._progress: float | None = None
        self._seconds = 0.0
        self._characters: int | None = None
        self._texts: list[tuple[float, str]] = []
        """What was said in how many seconds, where somebody asked for content."""

    def made(self, begins: int, record: TextToSpeech | RealtimeResponse) -> int | None:
        """A synthesis ended whose sound begins at a moment; returns when it will have been played."""
        if record.audio_seconds is None:
            ends = record.ended_ns
        else:
            self._seconds += record.audio_seconds
            heard = record.heard_seconds if isinstance(record, RealtimeResponse) else None
            ends = begins + int((record.audio_seconds if heard is None else heard) * 1e9)
            self._progress = self._progress if heard is None else heard
        if isinstance(record, TextToSpeech) and record.characters is not None:
            self._characters = (self._characters or 0) + record.characters
        if isinstance(record, TextToSpeech) and record.text_content and record.audio_seconds:
            self._texts.append((record.audio_seconds, record.text_content))
        if ends is not None:
            self._made.append((begins, ends))
        if record.outcome is Outcome.INTERRUPTED and self.silent_ns is None:
            self.silent_ns = record.ended_ns
        return ends

    def starts(self, at: int) -> None:
        """The program began to play."""
        self.told = True
        if self.playing_ns is None:
            self.playing_ns = at

    def stops(self, at: int) -> None:
        """The program stopped playing: there was no more, or it was cut short."""
        self.told = True
        if self.playing_ns is not None:
            self._played.append((self.playing_ns, max(at, self.playing_ns)))
            self.playing_ns = None
            if self.onset_ns is not None:
                self.silent_ns = at

    def is_heard_at(self, at: int) -> bool:
        """Whether the program was playing at a moment; of one that is past, it may have told the end already."""
        if self.playing_ns is not None and at >= self.playing_ns:
            return True
        return any(begins <= at < ends for begins, ends in self._played)

    def overlapped(self, at: int) -> None:
        """The user began to speak over it."""
        if self.onset_ns is None:
            self.onset_ns = at
            self.silent_ns = next((ends for begins, ends in self._played if begins <= at < ends), self.silent_ns)

    def progressed(self, seconds: float) -> None:
        """So much of the answer was played until now."""
        self._progress = max(seconds, self._progress or 0.0)

    @property
    def stop_latency(self) -> float | None:
        """Seconds from when the user began to speak until the agent was silent."""
        return clock.seconds(self.onset_ns, self.silent_ns)

    def intervals(self) -> list[Interval]:
        """When the user heard it."""
        if self.told:
            return self._played
        cut = self.silent_ns if self.silent_ns is not None else self.onset_ns
        if cut is None:
            return self._made
        return [(begins, min(ends, cut)) for begins, ends in self._made if begins < cut]

    def unheard(self) -> Unheard | None:
        """What of an answer that was cut short was not heard; None when its length is not known."""
        if not self._seconds:
            return None
        heard = self._progress
        if heard is None:
            heard = sum(ends - begins for begins, ends in self.intervals()) / 1e9
        heard = min(heard, self._seconds)
        lost = self._seconds - heard
        characters = None if self._characters is None else round(self._characters * lost / self._seconds)
        return Unheard(heard, lost, characters)

    def heard_text(self) -> str | None:
        """The words of an answer that was cut short that were heard, in proportion to the seconds; None if unknown."""
        unheard = self.unheard()
        if unheard is None or not self._texts:
            return None
        left = unheard.heard
        heard = []
        for seconds, text in self._texts:
            heard.append(_words(text, left / seconds))
            left -= seconds
            if left <= 0:
                break
        return " ".join(filter(None, heard))


def _words(text: str, share: float) -> str:
    """The whole words in the first part of a text."""
    if share >= 1:
        return text
    until = int(len(text) * share)
    return text[:until] if text[until].isspace() else text[:until].rpartition(" ")[0]
