"""What Deepgram's two listening websockets share."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.observation.records import SpeechToText
from otel_voice.providers.deepgram_common import audio
from otel_voice.providers.deepgram_connection import DeepgramConnection
from otel_voice.providers.listening import Listening


class DeepgramListening(DeepgramConnection, Listening):
    """A connection on which Deepgram recognises speech."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.response_model: str | None = None

    def opened(self, connection: Any) -> Any:
        websocket = super().opened(connection)
        self.listen()
        return websocket

    def new_record(self) -> SpeechToText:
        record = SpeechToText("deepgram")
        audio(record, self.asked)
        record.conversation = self.conversation
        record.session_id = self.request_id
        record.response_model = self.response_model
        self.filled(record)
        return record
