"""A connection on which speech is recognised: the utterances that are open, and the sounds before them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

from otel_voice.capture.operation import Sink
from otel_voice.observation.audio import AudioClock, byte_rate
from otel_voice.observation.records import SpeechToText
from otel_voice.providers.connection import Connection
from otel_voice.providers.utterance import Heard, Utterance


class Onset(NamedTuple):
    """A sound that may be the start of an utterance, or noise; nothing begins before a transcript comes."""

    offset: float | None
    arrived_ns: int


class Listening(Connection):
    """Reads a connection on which speech is recognised; a surface says which message belongs to which utterance."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.conversation: Any = None
        self._hung_up = False
        self.utterances: dict[int, Utterance] = {}
        """The open utterance of each channel."""
        self.onsets: dict[int, Onset] = {}

    @abstractmethod
    def new_record(self) -> SpeechToText:
        """A record with what is known of the whole connection; its start is now."""

    def listen(self) -> None:
        """The connection stands."""
        record = self._attempt
        self.audio = AudioClock(byte_rate(record.audio_format, record.sample_rate, record.channels))
        self.conversation = self.sink.session_opened()

    def sent(self, message: Any) -> None:
        if not isinstance(message, str):  # whatever is not audio is sent as text
            self.audio.add(len(message))

    def closed(self) -> None:
        super().closed()
        self.hang_up()

    def hang_up(self) -> None:
        """The stream has come to its end; told once."""
        if self.conversation is not None and not self._hung_up:
            self._hung_up = True
            self.sink.session_closed(self.conversation)

    def utterance(self, channel: int, heard: Heard, now: int) -> Utterance | None:
        """The open utterance of a channel, which a first transcript begins."""
        known = self.utterances.get(channel)
        if known is None and heard.transcript:
            known = self.utterances[channel] = self._begin(self.onsets.pop(channel, None), heard, now)
        return known

    def _begin(self, onset: Onset | None, heard: Heard, now: int) -> Utterance:
        self.sink.held_here(self.conversation)
        record = self.new_record()
        record.rebase(onset.arrived_ns if onset else now)
        offsets = [offset for offset in (onset and onset.offset, heard.first_sound) if offset is not None]
        return Utterance(record, self.sink, self.audio, min(offsets, default=None))

    def finish(self, channel: int, now: int, last_sound: float | None = None, source: str = "word_offsets") -> None:
        """The utterance of a channel is over, if one is open."""
        utterance = self.utterances.pop(channel, None)
        if utterance is not None:
            utterance.finish(now, last_sound, source)

    def drained(self) -> None:
        while self.utterances:
            self.utterances.popitem()[1].leave()

    def left(self) -> None:
        self.drained()

    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        failed = bool(self.utterances)
        while self.utterances:
            self.utterances.popitem()[1].fail(error, error_type)
        return failed
