"""A connection on which one model listens and speaks: what the user says, and what it answers.

What a service sends differs; what happens does not. The user speaks, and is silent; a transcript may follow, also long
after the answer. The model answers, in sound that comes faster than it is played, so that the user may cut short what
had come whole: until it has been played, or somebody said how much of it was, an answer is not told.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.audio import AudioClock, byte_rate
from otel_voice.observation.records import RealtimeResponse, SpeechToText, ToolRequest
from otel_voice.providers.connection import Connection, parsed
from otel_voice.providers.realtime_answer import Answer
from otel_voice.providers.realtime_said import Said

USER_SPEECH = "user_speech"
PROVIDER_EVENT = "provider_event"
CALLER = "caller"
HEAD = 256
"""Letters at the beginning of a message in which its type, ids and formats stand."""
_TEXT: Any = ('"', "=")
_BYTES: Any = (b'"', b"=")


class Realtime(Connection):
    """Reads one connection; a service says which of its messages means what."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.conversation: Any = None
        self.session_id: str | None = None
        self.audio = AudioClock(None)
        """What the user sent."""
        self.said: dict[str, Said] = {}
        """Utterances that have not ended, by the provider's id, oldest first."""
        self.last_said: SpeechToText | None = None
        self.answering: dict[str, Answer] = {}
        """Answers of which more is to come, by the provider's id."""
        self.playing: Answer | None = None
        """The answer that has come whole and is not told yet: the user still hears it."""
        self.results: list[ToolRequest] = []
        """What tools gave, for the next answer."""
        self.asked_in_writing = False
        """The user has put something that is no utterance, and it is not answered yet."""
        self._hung_up = False

    @abstractmethod
    def new_record(self) -> RealtimeResponse:
        """The record of an answer, with what is known of the whole connection; its start is now."""

    @abstractmethod
    def new_utterance(self) -> SpeechToText:
        """The record of an utterance, with what is known of the whole connection; its start is now."""

    @abstractmethod
    def sends_audio(self, message: Any) -> bool:
        """Count the audio in a message of the program. False when it is about something else. This is the hot path."""

    @abstractmethod
    def receives_audio(self, message: Any) -> bool:
        """Count the audio in a message of the service. False when it is about something else, too: the hot path."""

    @abstractmethod
    def sending(self, message: Any) -> None:
        """Read a message of the program that is not audio."""

    def connected(self) -> None:
        """The connection stands."""
        self.conversation = self.sink.session_opened()

    def hears(self, encoding: str | None, rate: int | None) -> None:
        """The user's audio is of this format; a channel."""
        if not self.audio.sent:
            self.audio = AudioClock(byte_rate(encoding, rate))

    def sent(self, message: Any) -> None:
        if self.playing is not None:
            self._release_played()
        if not self.sends_audio(message):
            content = parsed(message)
            with self.lock:
                self.sending(content)

    def received(self, message: Any) -> None:
        if self.playing is not None:
            self._release_played()
        if not self.receives_audio(message):
            content = parsed(message)
            with self.lock:
                if not self.over:
                    self.message(content)

    def broken(self, error: BaseException) -> None:
        super().broken(error)
        if self.over:
            self._hang_up()

    def closed(self) -> None:
        super().closed()
        self._hang_up()

    def drained(self) -> None:
        self.release()
        while self.said:
            self.said.pop(next(iter(self.said))).leave()
        while self.answering:
            answer = self.answering.popitem()[1]
            if not answer.is_done:
                answer.cut(None)
            answer.end()

    def left(self) -> None:
        self.drained()

    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        self.release()
        failed = bool(self.said or self.answering)
        while self.said:
            self.said.pop(next(iter(self.said))).fail(error, error_type)
        while self.answering:
            self.answering.popitem()[1].fail(error, error_type)
        return failed

    def speaks(self, key: str, started_ns: int | None) -> Said:
        """The user begins to speak, or began at a moment."""
        self.sink.held_here(self.conversation)
        record = self.new_utterance()
        if started_ns is not None:
            record.rebase(started_ns)
        self.last_said, self.asked_in_writing = record, False
        said = self.said[key] = Said(record, self.sink)
        while len(self.said) > Said.MOST:
            self.said.pop(next(iter(self.said))).leave()
        return said

    def moment(self, seconds: float) -> int | None:
        """When the audio at this offset was sent, as far as it is known."""
        return self.audio.moment(max(seconds, 0.0))

    def answers(self, key: str, asked_ns: int | None) -> Answer:
        """The model begins to answer; it was asked to at a moment, if that is known."""
        self.release()
        self.sink.held_here(self.conversation)
        record = self.new_record()
        record.asked_ns = asked_ns
        if asked_ns is not None:
            record.rebase(asked_ns)
        record.answers, record.opens_turn = self.last_said, self.asked_in_writing
        record.tool_results, self.results, self.asked_in_writing = self.results, [], False
        answer = self.answering[key] = Answer(record, self.sink)
        return answer

    def finish(self, key: str) -> None:
        """An answer has come whole; it is told when it has been heard."""
        answer = self.answering.pop(key, None)
        if answer is None:
            return
        answer.done()
        if answer.is_awaited(clock.now()):
            self.playing = answer
        else:
            answer.end()

    def of_item(self, item: str) -> Answer | None:
        """The answer of which this is a part, as long as it is not told."""
        known = [*self.answering.values(), *([self.playing] if self.playing else [])]
        return next((answer for answer in known if item in answer.items), None)

    def release(self) -> None:
        """What is still being heard is told now."""
        playing, self.playing = self.playing, None
        if playing is not None:
            playing.end()

    def _release_played(self) -> None:
        if self.playing is not None and not self.playing.is_awaited(clock.now()):
            with self.lock:
                self.release()

    def _hang_up(self) -> None:
        if self.conversation is not None and not self._hung_up:
            self._hung_up = True
            self.sink.session_closed(self.conversation)


def beginning(message: Any) -> str:
    """Where the type, the ids and the formats of a message stand, as text: in bytes even `in` is dear."""
    head = message[:HEAD]
    return head if isinstance(head, str) else head.decode("latin-1")


def base64_size(message: Any, head: str, key: str) -> tuple[int, int]:
    """Bytes of what the member `key` holds in base64, without decoding it, and where it ends; -1 when there is none.

    `head` is the beginning of the message, in which the key is looked for. Made of what costs a message the least.
    """
    quote, padding = _TEXT if isinstance(message, str) else _BYTES
    before, found, after = head.partition(key)
    gap, opening, _ = after.partition('"')
    begin = len(before) + len(found) + len(gap) + 1
    end = message.find(quote, begin) if opening else -1
    if end < 0:
        return 0, -1
    size = (end - begin) * 3 // 4
    if message[end - 1 : end] == padding:
        size -= 2 if message[end - 2 : end - 1] == padding else 1
    return size, end
