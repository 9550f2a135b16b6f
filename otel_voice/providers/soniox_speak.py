"""Soniox' voices: audio in one answer, and streams of text and audio that share a websocket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Sink
from otel_voice.observation import audio
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.soniox_listen import SonioxError
from otel_voice.providers.speaking import Speaking


class Generation(Observer):
    """Reads one synthesis that comes whole."""

    record: TextToSpeech

    def request(self, call: Call) -> TextToSpeech:
        config = call.kwargs.get("config")
        settings = config.model_dump(exclude_none=True) if config is not None else {}
        asked = {**call.kwargs, **settings}
        record = self.record = _synthesis(asked)
        reading.server(record, call.instance._client.tts_api_base_url)
        text = call.kwargs.get("text")
        if isinstance(text, str):
            record.characters = len(text)
            record.text_content = text if self.wants_content else None
        return record

    def response(self, result: Any) -> Sequence[Following]:
        record = self.record
        record.audio_bytes = len(result)
        record.audio_seconds = audio.duration(len(result), record.audio_format, record.sample_rate)
        return ()

    def failure(self, error: BaseException) -> None:
        reading.status(self.record, error)
        self.record.request_id = getattr(error, "request_id", None)


class Speak(Speaking):
    """Reads one connection to /tts-websocket; a stream is begun by what is asked for, and then its text."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._asked: dict[str, Mapping[str, Any]] = {}

    def opening(self, call: Call) -> bool:
        self.address = call.argument(0, "uri")
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        return connection

    def new_record(self) -> TextToSpeech:
        return self.new_stream("")

    def new_stream(self, stream: str) -> TextToSpeech:
        record = _synthesis(self._asked.get(stream, {}))
        record.response_id = stream or None
        self.filled(record)
        return record

    def sent(self, message: Any) -> None:
        said = parsed(message)
        stream = str(said.get("stream_id"))
        if said.get("cancel"):
            self._asked.pop(stream, None)
            self.cancel(stream)
        elif said.get("text"):
            self.speak(stream, said["text"])
        elif "model" in said:
            self._asked[stream] = said

    def message(self, message: Mapping[str, Any]) -> None:
        stream = str(message.get("stream_id"))
        if message.get("error_code") is not None:
            self._error(stream, message)
            return
        if message.get("audio"):
            self.encoded_sound(stream, message["audio"])
        if message.get("audio_end") or message.get("terminated"):
            self._asked.pop(stream, None)
            self.complete(stream)

    def _error(self, stream: str, message: Mapping[str, Any]) -> None:
        error = SonioxError(message.get("error_message") or "unknown")
        code = message["error_code"]
        kind = str(message.get("error_type") or code)
        if message.get("stream_id") is None:
            self.fail_connection(error, kind)
        else:
            self._asked.pop(stream, None)
            self.fail_stream(stream, error, kind, reading.integer(code))


def _synthesis(asked: Mapping[str, Any]) -> TextToSpeech:
    record = TextToSpeech("soniox")
    record.request_model = reading.given(asked, "model", str)
    record.voice = reading.given(asked, "voice", str)
    record.language = reading.given(asked, "language", str)
    record.audio_format = reading.given(asked, "audio_format", str)
    record.sample_rate = reading.integer(asked.get("sample_rate"))
    return record
