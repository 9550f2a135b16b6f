"""Cartesia's streaming recognition: transcripts on demand (/stt/websocket) and turns (/stt/turns/websocket)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import cartesia_common as common
from otel_voice.providers import reading
from otel_voice.providers.listening import Listening, Onset
from otel_voice.providers.utterance import Heard

_CHANNEL = 0
_ASKED = ("model", "language", "encoding", "sample_rate")
_DEFAULTS_OF_TWO = {"model": "ink-whisper", "language": "en", "encoding": "pcm_s16le", "sample_rate": 16000}


class CartesiaListening(Listening):
    """Reads one connection of either kind, whoever opened it."""

    asked: Mapping[str, Any]

    def new_record(self) -> SpeechToText:
        record = SpeechToText("cartesia")
        record.request_model = reading.given(self.asked, "model", str)
        record.language = reading.given(self.asked, "language", str)
        record.audio_format = reading.given(self.asked, "encoding", str)
        record.sample_rate = reading.integer(self.asked.get("sample_rate"))
        record.conversation = self.conversation
        record.session_id = self.request_id
        self.filled(record)
        return record

    def received(self, message: Any) -> None:
        super().received(message if isinstance(message, str) else message.decode())

    def identify(self, message: Mapping[str, Any]) -> None:
        """Read the id of the connection, which every message carries."""
        self.request_id = message.get("request_id") or self.request_id

    def error_message(self, message: Mapping[str, Any]) -> None:
        """Read an error that came as a message."""
        self.fail(common.error(message), common.error_type(message))


class OnDemand(CartesiaListening):
    """Reads a connection on which the program itself says when to transcribe.

    What `finalize` asked for ends with `flush_done`, in however many parts it came. A program that never asks is
    given final transcripts by the server, and each of these is an utterance.
    """

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._finalizes = False

    def sent(self, message: Any) -> None:
        if message == "finalize":
            self._finalizes = True
        super().sent(message)

    def message(self, message: Mapping[str, Any]) -> None:
        kind, now = message.get("type"), clock.now()
        self.identify(message)
        if kind == "transcript":
            self._transcript(message, now)
        elif kind in ("flush_done", "done"):
            self.finish(_CHANNEL, now)
        elif kind == "error":
            self.error_message(message)

    def _transcript(self, message: Mapping[str, Any], now: int) -> None:
        heard = _heard(message)
        utterance = self.utterance(_CHANNEL, heard, now)
        if utterance is None:
            return
        if not message.get("is_final"):
            utterance.partial(heard, now)
            return
        utterance.segment(heard, now)
        if not self._finalizes:
            self.finish(_CHANNEL, now)


class Turns(CartesiaListening):
    """Reads a connection on which the server says where the turns of the user begin and end."""

    def message(self, message: Mapping[str, Any]) -> None:
        kind, now = message.get("type"), clock.now()
        self.identify(message)
        if kind == "turn.start":
            self.onsets[_CHANNEL] = Onset(None, now)
        elif kind in ("turn.update", "turn.eager_end", "turn.end"):
            self._turn(message, now)
        elif kind == "error":
            self.error_message(message)

    def _turn(self, message: Mapping[str, Any], now: int) -> None:
        heard = Heard(message.get("transcript") or "", (), None, None, None)
        utterance = self.utterance(_CHANNEL, heard, now)
        if message["type"] == "turn.end":
            if utterance is not None:
                utterance.segment(heard, now)
            self.finish(_CHANNEL, now)
            self.onsets.clear()
        elif utterance is not None:
            utterance.partial(heard, now)


class _OfManager(CartesiaListening):
    """A connection of SDK 3 and 4: what was asked for is kept by the manager that opens it."""

    def opening(self, call: Call) -> bool:
        self.asked = {name: common.private(call.instance, name) for name in _ASKED}
        self.address = call.instance._prepare_url()
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.listen()
        return connection


class ListenOnDemand(_OfManager, OnDemand):
    """`stt.manual_finalize.websocket`."""


class ListenToTurns(_OfManager, Turns):
    """`stt.auto_finalize.websocket`."""


class ListenOfTwo(OnDemand):
    """`stt.websocket` of SDK 2, whose `connect` opens a connection where there is none."""

    def opening(self, call: Call) -> bool:
        if not call.instance._is_websocket_closed():
            return False
        self.asked = {**_DEFAULTS_OF_TWO, **call.kwargs}
        self.address = call.instance.ws_url
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        self.listen()
        return connection.websocket


def _heard(message: Mapping[str, Any]) -> Heard:
    words = [word for word in message.get("words") or () if isinstance(word.get("end"), int | float)]
    start = words[0].get("start") if words else None
    return Heard(message.get("text") or "", words, None, start, message.get("duration"))
