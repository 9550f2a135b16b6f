"""One utterance of a streaming recogniser while it is being heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from otel_voice.capture.operation import Running, Sink
from otel_voice.observation.audio import AudioClock
from otel_voice.observation.records import SpeechToText


class Heard(NamedTuple):
    """What one message says was heard. Offsets are seconds of the audio that was sent."""

    transcript: str
    words: Sequence[Mapping[str, Any]]
    confidence: float | None
    start: float | None
    duration: float | None

    @property
    def first_sound(self) -> float | None:
        """Where the first word starts; where the message starts when words carry no offsets."""
        return self.words[0].get("start", self.start) if self.words else self.start

    @property
    def last_sound(self) -> float | None:
        """Where the last word ends; None when words carry no offsets."""
        return self.words[-1].get("end") if self.words else None


class Utterance:
    """Gathers the messages of one utterance into its record."""

    def __init__(self, record: SpeechToText, sink: Sink, audio: AudioClock, offset: float | None) -> None:
        self.offset = offset
        """Where speech started."""
        self._record = record
        self._audio = audio
        self._wants_content = sink.wants_content
        self._texts: list[str] = []
        self._weights = 0
        self._confidence = 0.0
        self._pending: float | None = None
        self._last_sound: float | None = None
        self._silent: tuple[int, str] | None = None
        moment = audio.moment(offset) if offset is not None else None
        if moment is not None:
            record.rebase(moment)
        self._running = Running(record, sink)

    def partial(self, heard: Heard, now: int) -> None:
        """A transcript that may still change."""
        self._record.interim_results += 1
        self._pending = heard.duration
        self._transcript(now)

    def segment(self, heard: Heard, now: int) -> None:
        """A part of the transcript that will not change any more."""
        record = self._record
        self._transcript(now)
        self._pending = None
        record.final_ns = record.transcribed_ns = now
        if heard.duration is not None:
            record.audio_seconds = (record.audio_seconds or 0.0) + heard.duration
        if not heard.transcript:
            return
        record.words = (record.words or 0) + (len(heard.words) or len(heard.transcript.split()))
        self._weigh(heard)
        self._last_sound = heard.last_sound
        if self._wants_content:
            self._texts.append(heard.transcript)

    def endpoint(self, now: int) -> None:
        """It is decided that the speaker has finished; the transcript may still be polished."""
        if self._record.endpoint_ns is None:
            self._record.endpoint_ns = now

    def silent(self, at: int, source: str) -> None:
        """The speaker fell silent at a moment, as somebody said who is believed over the offsets of words."""
        self._silent = at, source

    def finish(self, now: int, last_sound: float | None = None, source: str = "word_offsets") -> None:
        """The utterance is over, and the program knows it now; `source` says from where `last_sound` is known."""
        self._record.final_ns = now
        self.endpoint(now)
        self._settle(last_sound, source)
        self._running.complete()

    def leave(self) -> None:
        """No more messages will come: it is whole when it has a final part."""
        if self._record.final_ns is None:
            self._gather()
            self._running.interrupt()
        else:
            self._settle(None, "word_offsets")
            self._running.complete()

    def fail(self, error: BaseException, error_type: str | None) -> None:
        """The connection failed in the middle of it."""
        self._record.error_type = error_type
        self._gather()
        self._running.fail(error)

    def _transcript(self, now: int) -> None:
        if self._record.first_partial_ns is None:
            self._record.first_partial_ns = now

    def _weigh(self, heard: Heard) -> None:
        if heard.confidence is not None:
            weight = len(heard.words) or 1
            self._weights += weight
            self._confidence += (heard.confidence - self._confidence) * (weight / self._weights)

    def _settle(self, last_sound: float | None, source: str) -> None:
        """Say when speech ended: where the last word ends, else when the final transcript came."""
        record = self._record
        if self._silent is not None:
            record.speech_ended_ns, record.speech_end_source = self._silent
            self._gather()
            return
        offset = self._last_sound if last_sound is None else last_sound
        moment = self._audio.moment(offset) if offset is not None else None
        record.speech_end_source = "final_transcript" if moment is None else source
        final = record.final_ns
        record.speech_ended_ns = final if moment is None or final is None else min(moment, final)
        self._gather()

    def _gather(self) -> None:
        record = self._record
        if self._pending is not None:
            record.audio_seconds = (record.audio_seconds or 0.0) + self._pending
        if self._weights:
            record.confidence = self._confidence
        if self._wants_content:
            record.transcript_content = " ".join(self._texts)
