"""A connection on which texts are spoken: the syntheses that are under way, each by the name of its stream."""

from __future__ import annotations

import base64

from otel_voice.capture.operation import Sink
from otel_voice.observation.audio import decoded_size
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers.connection import Connection
from otel_voice.providers.synthesis import Synthesis


class Speaking(Connection):
    """Reads a connection to a voice; a surface says which message belongs to which stream."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.streams: dict[str, Synthesis] = {}

    def new_stream(self, stream: str) -> TextToSpeech:
        """The record of a stream whose first text is being sent."""
        record = self.new_record()
        assert isinstance(record, TextToSpeech)
        return record

    def speak(self, stream: str, text: str) -> None:
        """The program sends a text; the first of a stream begins its synthesis."""
        with self.lock:
            if self.over:
                return
            synthesis = self.streams.get(stream)
            if synthesis is None:
                synthesis = self.streams[stream] = Synthesis(self.new_stream(stream), self.sink)
            synthesis.speak(text, self.wants_content)

    def sound(self, stream: str, sound: bytes) -> None:
        """A piece of a stream's audio has come. This is the hot path."""
        synthesis = self.streams.get(stream)
        if synthesis is not None and synthesis.audio(len(sound)):
            synthesis.listen(sound)

    def encoded_sound(self, stream: str, text: str) -> None:
        """The same in base64, which is decoded only as long as the sound itself is wanted."""
        synthesis = self.streams.get(stream)
        if synthesis is not None and synthesis.audio(decoded_size(text)):
            synthesis.listen(base64.b64decode(text))

    def complete(self, stream: str) -> None:
        """All audio of a stream has come."""
        synthesis = self.streams.pop(stream, None)
        if synthesis is not None:
            synthesis.complete()

    def cancel(self, stream: str) -> None:
        """The program wants no more of a stream."""
        with self.lock:
            synthesis = self.streams.pop(stream, None)
            if synthesis is not None:
                synthesis.interrupt()

    def fail_stream(self, stream: str, error: BaseException, error_type: str, status_code: int | None) -> None:
        """The provider cannot speak a stream."""
        synthesis = self.streams.pop(stream, None)
        if synthesis is not None:
            synthesis.fail(error, error_type, status_code)

    def fail_connection(self, error: BaseException, error_type: str) -> None:
        """The provider says that it will not speak on this connection at all."""
        super().fail(error, error_type)

    def fail(self, error: BaseException, error_type: str | None = None) -> None:
        # A connection that is lost while nobody waits for speech is no failure: it is opened anew when it is needed.
        self.fail_open(error, error_type)

    def drained(self) -> None:
        self.left()

    def left(self) -> None:
        while self.streams:
            self.streams.popitem()[1].interrupt()

    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        failed = bool(self.streams)
        while self.streams:
            self.streams.popitem()[1].fail(error, error_type)
        return failed
