"""One utterance of the user, to a model that listens itself."""

from __future__ import annotations

from otel_voice.capture.operation import Running, Sink
from otel_voice.observation import clock
from otel_voice.observation.records import SpeechToText


class Said:
    """What the user says, from the first sound of it to its transcript."""

    MOST = 4
    """Utterances that wait for their transcript; of an older one it is not to be expected any more."""

    def __init__(self, record: SpeechToText, sink: Sink) -> None:
        self.record = record
        self.offset = 0.0
        """Where it begins in the audio, as its service counts."""
        self._texts: list[str] | None = [] if sink.wants_content else None
        self._running = Running(record, sink)

    def silent(self, ended_ns: int, source: str) -> None:
        """The user is done, and the service or the program has just said so."""
        record = self.record
        record.speech_ended_ns, record.speech_end_source = max(ended_ns, record.started_ns), source
        record.endpoint_ns = clock.now()

    def partial(self, text: str) -> None:
        """A part of the transcript."""
        record = self.record
        record.interim_results += 1
        record.transcribed_ns = now = clock.now()
        record.first_partial_ns = record.first_partial_ns or now
        if self._texts is not None:
            self._texts.append(text)

    def transcript(self, text: str | None = None) -> None:
        """The transcript is complete: it is this text, or the parts of it that came."""
        record = self.record
        record.final_ns = clock.now()
        if text is not None:
            record.transcribed_ns = record.final_ns
            record.words = len(text.split())
            if self._texts is not None:
                self._texts = [text]
        self.complete()

    def complete(self) -> None:
        """There is nothing more to come of it."""
        if self.record.speech_ended_ns is None and self.record.transcribed_ns is not None:
            self.record.speech_ended_ns = self.record.transcribed_ns
            self.record.speech_end_source = "final_transcript"
        self._settle()
        self._running.complete()

    def leave(self) -> None:
        """The connection is left: it is whole when the user was done."""
        if self.record.speech_ended_ns is None:
            self._settle()
            self._running.interrupt()
        else:
            self.complete()

    def fail(self, error: BaseException | None, error_type: str | None) -> None:
        """It is not understood."""
        self.record.error_type = error_type
        self._settle()
        if error is None:
            self._running.complete()
        else:
            self._running.fail(error)

    def _settle(self) -> None:
        if self._texts:
            self.record.transcript_content = "".join(self._texts)
