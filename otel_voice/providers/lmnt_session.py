"""LMNT's session: text is appended, and a flush has all of it spoken, which the server says when it is done.

Its audio does not say to which text it belongs: it comes in the order of the texts. Before 2.2 nobody says that a
flush is done, and what is said until the end of the session is one synthesis.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.lmnt_speak import synthesis
from otel_voice.providers.speaking import Speaking


class LMNTError(Exception):
    """An error that LMNT sent as a message."""


class Session(Speaking):
    """Reads one connection to /v1/ai/speech/stream. A stream is what is said between two flushes."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._asked: Mapping[str, Any] = {}
        self._flushes = 0
        self._flushed: dict[int, str] = {}
        """The number that the program gave to a flush -> the stream that it ends."""

    def opening(self, call: Call) -> bool:
        session = call.instance
        self._asked = vars(session)
        # Older sessions have one address for all, in their module.
        self.address = getattr(session, "url", None) or sys.modules[type(session).__module__].URL_STREAMING
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        return connection.websocket

    def new_record(self) -> TextToSpeech:
        record = synthesis(self._asked)
        self.filled(record)
        return record

    def sent(self, message: Any) -> None:
        said = parsed(message)
        kind = said.get("type") or said.get("command")
        if said.get("text"):
            self.speak(str(self._flushes), said["text"])
        elif kind == "flush":
            self._flush(said)
        elif kind == "reset":  # what was appended and not flushed is not spoken
            self.cancel(str(self._flushes))

    def received(self, message: Any) -> None:
        if isinstance(message, bytes):
            stream = next(iter(self.streams), None)
            if stream is not None:
                self.sound(stream, message)
        else:
            super().received(message)

    def message(self, message: Mapping[str, Any]) -> None:
        if message.get("type") == "ready":
            self.request_id = message.get("request_id")
            for synthesis_ in self.streams.values():
                synthesis_.record.request_id = self.request_id
        elif message.get("type") == "flush_complete" or message.get("complete") == "flush":
            self._spoken(reading.integer(message.get("nonce")))
        elif message.get("error"):
            self._error(message["error"])

    def drained(self) -> None:
        """The server closes when it has spoken all."""
        for stream in tuple(self.streams):
            self.complete(stream)

    def _flush(self, message: Mapping[str, Any]) -> None:
        nonce = reading.integer(message.get("nonce"))
        if nonce is not None and str(self._flushes) in self.streams:
            self._flushed[nonce] = str(self._flushes)
            self._flushes += 1

    def _spoken(self, nonce: int | None) -> None:
        stream = self._flushed.pop(nonce, None) if nonce is not None else None
        if stream is not None:
            self.complete(stream)

    def _error(self, said: Any) -> None:
        body = said if isinstance(said, Mapping) else {"message": said}
        self.fail_connection(LMNTError(str(body.get("message"))), str(body.get("type") or "error"))
