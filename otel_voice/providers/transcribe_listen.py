"""Amazon Transcribe's streaming recognition: an utterance is a result that has become final, of one channel."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.capture.shapes.events import Events
from otel_voice.capture.tap_aiohttp import ConnectionClosedOK
from otel_voice.observation import clock
from otel_voice.observation.records import Speech, SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.listening import Listening
from otel_voice.providers.utterance import Heard

_HOST = "https://transcribestreaming.{}.amazonaws.com{}"


class TranscribeError(Exception):
    """What the service sent in place of a result."""


class Listen(Listening):
    """Reads one stream."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._asked: Mapping[str, Any] = {}
        self._session_id: str | None = None
        self._body: Any = None

    def opening(self, call: Call) -> bool:
        self._asked = call.kwargs
        region = call.instance.region
        usual = _HOST.format(region, ".cn" if region.startswith("cn") else "")
        self.address = getattr(call.instance._endpoint_resolver, "_endpoint", usual)
        self.attempt()
        return True

    def opened(self, connection: Any) -> Events:
        response, answers = connection.response, connection.output_stream
        self.request_id, self._session_id = response.request_id, response.session_id
        self._body = answers._raw_stream
        self.listen()
        return Events(connection.input_stream, "send_audio_event", answers, "_event_generator")

    def new_record(self) -> SpeechToText:
        record = SpeechToText("aws.transcribe")
        record.request_model = reading.given(self._asked, "language_model_name", str)
        record.language = reading.given(self._asked, "language_code", str)
        record.audio_format = reading.given(self._asked, "media_encoding", str)
        record.sample_rate = reading.integer(self._asked.get("media_sample_rate_hz"))
        record.channels = reading.integer(self._asked.get("number_of_channels"))
        record.conversation, record.session_id = self.conversation, self._session_id
        self.filled(record)
        return record

    def failure(self, record: Speech, error: BaseException) -> None:
        code = getattr(error, "error_code", None)
        record.error_type = code if isinstance(code, str) else None
        # One kind of its errors keeps the status under another name.
        record.status_code = getattr(error, "status_code", None) or getattr(error, "error", None)

    def sent(self, message: Any) -> None:
        self.audio.add(len(message or b""))

    def received(self, message: Any) -> None:
        content = parsed(message.payload)
        kind = message.headers.get(":exception-type") or message.headers.get(":error-code")
        with self.lock:
            if kind is not None:
                self.fail(TranscribeError(content.get("Message") or content.get("message") or kind), kind)
            elif not self.over:
                self.message(content)

    def message(self, message: Mapping[str, Any]) -> None:
        for result in (message.get("Transcript") or {}).get("Results") or ():
            self._result(result, clock.now())

    def _result(self, result: Mapping[str, Any], now: int) -> None:
        channel, heard = _channel(result.get("ChannelId")), _heard(result)
        utterance = self.utterance(channel, heard, now)
        if utterance is None:
            return
        if result.get("IsPartial"):
            utterance.partial(heard, now)
        else:
            utterance.segment(heard, now)
            self.finish(channel, now)

    def broken(self, error: BaseException) -> None:
        """The stream is over. The SDK raises nothing where the connection was lost; its transport knows."""
        completion = self._body._stream.completion_future
        lost = completion.exception() if completion.done() else None
        with self.lock:
            if self.over:
                return
            self.over = True
            if lost is not None or not isinstance(error, ConnectionClosedOK):
                self.fail(lost or error)
            else:
                self.drained()
            self.hang_up()


def _channel(name: Any) -> int:
    """The number of a channel such as `ch_1`."""
    return reading.integer(str(name).rpartition("_")[2]) or 0


def _heard(result: Mapping[str, Any]) -> Heard:
    best: Mapping[str, Any] = next(iter(result.get("Alternatives") or ()), {})
    said = [item for item in best.get("Items") or () if item.get("Type") == "pronunciation"]
    words = [{"start": item.get("StartTime"), "end": item.get("EndTime")} for item in said]
    sure = [item["Confidence"] for item in said if item.get("Confidence") is not None]
    start, end = result.get("StartTime"), result.get("EndTime")
    length = end - start if start is not None and end is not None else None
    return Heard(best.get("Transcript") or "", words, fsum(sure) / len(sure) if sure else None, start, length)
