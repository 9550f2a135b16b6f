"""Cartesia's text to speech over a websocket: many contexts on one connection, and one operation for each of them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.capture.shapes.part import PartObserver
from otel_voice.capture.tap import watcher
from otel_voice.observation.audio import decoded_size
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import cartesia_common as common
from otel_voice.providers import reading
from otel_voice.providers.connection import Connection, parsed
from otel_voice.providers.synthesis import Synthesis

_CHUNK, _CONTEXT, _DATA = b'"chunk"', b'"context_id"', b'"data"'


class Speaking(Connection):
    """Reads one connection to /tts/websocket, whoever opened it."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._contexts: dict[str, Synthesis] = {}
        """What is being spoken; a chunk of audio finds its own without a lock."""

    def new_record(self) -> TextToSpeech:
        return self._record({})

    def _record(self, message: Mapping[str, Any]) -> TextToSpeech:
        record = common.synthesis(message)
        record.response_id = message.get("context_id")
        self.filled(record)
        return record

    def sent(self, message: Any) -> None:
        said = parsed(message)
        context = str(said.get("context_id"))
        with self.lock:
            if self.over:
                return
            if said.get("cancel"):
                self._cancel(context)
            elif said.get("transcript"):
                self._speak(context, said)

    def received(self, message: Any) -> None:
        data = message.encode() if isinstance(message, str) else message
        if _CHUNK not in data:
            super().received(data.decode())
            return
        synthesis = self._contexts.get(_member(data, _CONTEXT).decode())
        if synthesis is None:
            return
        sound = _member(data, _DATA)
        if synthesis.audio(decoded_size(sound)):
            synthesis.listen(base64.b64decode(sound))

    def message(self, message: Mapping[str, Any]) -> None:
        kind = message.get("type")
        if kind == "done":
            synthesis = self._contexts.pop(str(message.get("context_id")), None)
            if synthesis is not None:
                synthesis.complete()
        elif kind == "error":
            self._error(message)

    def fail(self, error: BaseException, error_type: str | None = None) -> None:
        # A connection that is lost while nobody waits for speech is no failure: it is opened anew when it is needed.
        self.fail_open(error, error_type)

    def drained(self) -> None:
        self.left()

    def left(self) -> None:
        while self._contexts:
            self._contexts.popitem()[1].interrupt()

    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        failed = bool(self._contexts)
        while self._contexts:
            self._contexts.popitem()[1].fail(error, error_type)
        return failed

    def abandoned(self, context: str) -> None:
        """The program stopped reading what belongs to a context."""
        with self.lock:
            self._cancel(context)

    def _speak(self, context: str, message: Mapping[str, Any]) -> None:
        synthesis = self._contexts.get(context)
        if synthesis is None:
            synthesis = self._contexts[context] = Synthesis(self._record(message), self.sink)
        synthesis.speak(str(message["transcript"]), self.wants_content)

    def _cancel(self, context: str) -> None:
        synthesis = self._contexts.pop(context, None)
        if synthesis is not None:
            synthesis.interrupt()

    def _error(self, message: Mapping[str, Any]) -> None:
        error, kind = common.error(message), common.error_type(message)
        context = message.get("context_id")
        if context is None:
            super().fail(error, kind)
            return
        synthesis = self._contexts.pop(str(context), None)
        if synthesis is not None:
            synthesis.record.request_id = message.get("request_id") or synthesis.record.request_id
            synthesis.fail(error, kind, reading.integer(message.get("status_code")))


class Speak(Speaking):
    """Reads a connection of SDK 3 and 4, which a manager opens."""

    def opening(self, call: Call) -> bool:
        if common.private(call.instance, "connection") is not None:
            return False  # entered a second time, a manager gives the connection it has
        self.address = call.instance._prepare_url()
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        return connection._connection


class SpeakOfTwo(Speaking):
    """Reads a connection of SDK 2, which `connect` opens where there is none."""

    def opening(self, call: Call) -> bool:
        if call.instance.websocket is not None and not call.instance._is_websocket_closed():
            return False
        self.address = call.instance.ws_url
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        return connection.websocket


class Part(PartObserver):
    """What a context gives the program, in SDK 3 and 4."""

    def left(self, call: Call) -> None:
        self.tell(call.instance._connection._connection, call.instance._context_id)

    def tell(self, websocket: Any, context: str | None) -> None:
        """Tell the observer of a websocket that nobody reads this context any more."""
        observer = watcher(websocket)
        if isinstance(observer, Speaking):
            observer.abandoned(str(context))


class PartOfTwo(Part):
    """What a context gives the program, in SDK 2."""

    def left(self, call: Call) -> None:
        self.tell(call.instance._websocket.websocket, call.instance._context_id)


class TextOfTwo(Part):
    """What SDK 2 gives the program for one text."""

    def left(self, call: Call) -> None:
        self.tell(call.instance.websocket, call.args[0].get("context_id"))


def _member(message: bytes, name: bytes) -> bytes:
    """The text of a member of a flat JSON object, without parsing the object: the audio in it is long."""
    at = message.find(name)
    if at < 0:
        return b""
    start = message.find(b'"', at + len(name)) + 1
    return message[start : message.find(b'"', start)]
