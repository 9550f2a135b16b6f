"""ElevenLabs' streaming recognition, Scribe realtime: one utterance for each transcript that is committed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import elevenlabs_common as common
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.listening import Listening
from otel_voice.providers.raw import query_of
from otel_voice.providers.realtime import CALLER, base64_size, beginning
from otel_voice.providers.utterance import Heard

_CHANNEL = 0
_DEFAULT_FORMAT = "pcm_16000"
_COMMITS = re.compile(r'"commit"\s*:\s*true')
_HARMLESS = "commit_throttled"
"""The program may commit again; what is being said goes on."""


class ScribeError(Exception):
    """An error that the service sent as a message."""


class Scribe(Listening):
    """Reads one connection to /v1/speech-to-text/realtime.

    The service commits where it hears a silence, or where the program says so. Where times of words are asked for, a
    transcript is committed twice, with them the second time.
    """

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.asked: Mapping[str, Any] = {}
        self._timed = False
        self._committed_ns: int | None = None
        """When the program said that the user is done."""

    def opening(self, call: Call) -> bool:
        self.address = call.args[0]
        self._ask(query_of(call.args[0]))
        return True

    def opened(self, connection: Any) -> Any:
        self.listen()
        return connection

    def _ask(self, asked: Mapping[str, Any]) -> None:
        self.asked = asked
        self._timed = str(asked.get("include_timestamps")).lower() == "true"
        self.attempt()

    def new_record(self) -> SpeechToText:
        record = self._last = SpeechToText("elevenlabs")
        record.request_model = reading.given(self.asked, "model_id", str)
        record.language = reading.given(self.asked, "language_code", str)
        common.output_format(record, self.asked.get("audio_format", _DEFAULT_FORMAT))
        record.conversation, record.session_id = self.conversation, self.request_id
        self.filled(record)
        return record

    def sent(self, message: Any) -> None:
        head = beginning(message)
        size, end = base64_size(message, head, '"audio_base_64"')
        if end < 0:  # its audio is not where the SDK puts it
            said = parsed(message)
            encoded = said.get("audio_base_64") or ""
            self.audio.add(len(encoded) * 3 // 4 - encoded.count("=", -2))
            commits = said.get("commit") is True
        else:
            self.audio.add(size)
            rest = message[end:]
            commits = bool(_COMMITS.search(head) or _COMMITS.search(rest if isinstance(rest, str) else rest.decode()))
        if commits:
            self._committed_ns = clock.now()

    def message(self, message: Mapping[str, Any]) -> None:
        kind, now = message.get("message_type"), clock.now()
        if kind == "partial_transcript":
            self._partial(_heard(message), now)
        elif kind == "committed_transcript":
            self._commit(_heard(message), now)
        elif kind == "committed_transcript_with_timestamps":
            self._commit_timed(message, now)
        elif kind == "session_started":
            self.request_id = message.get("session_id")
            self._timed = bool((message.get("config") or {}).get("include_timestamps", self._timed))
        elif message.get("error") and kind != _HARMLESS:
            self.fail(ScribeError(message["error"]), str(kind))

    def _partial(self, heard: Heard, now: int) -> None:
        utterance = self.utterance(_CHANNEL, heard, now)
        if utterance is not None and heard.transcript:
            utterance.partial(heard, now)

    def _commit(self, heard: Heard, now: int) -> None:
        utterance = self.utterance(_CHANNEL, heard, now)
        if utterance is not None and self._timed:
            utterance.endpoint(now)
        elif utterance is not None:
            utterance.segment(heard, now)
            if self._committed_ns is not None:
                utterance.silent(self._committed_ns, CALLER)
            self._end(now)

    def _commit_timed(self, message: Mapping[str, Any], now: int) -> None:
        words = [word for word in message.get("words") or () if word.get("type") == "word"]
        heard = _heard(message, words)
        utterance = self.utterance(_CHANNEL, heard, now) if self._timed else None
        if utterance is not None:
            self._last.language = message.get("language_code") or self._last.language
            utterance.segment(heard, now)
            self._end(now)

    def _end(self, now: int) -> None:
        self._committed_ns = None
        self.finish(_CHANNEL, now)


class ScribeOfSDK(Scribe):
    """`speech_to_text.realtime.connect`, which keeps the connection in an object of its own."""

    def opening(self, call: Call) -> bool:
        self.address = call.instance.base_url
        self._ask(call.argument(0, "options"))
        return True

    def opened(self, connection: Any) -> Any:
        return super().opened(connection.websocket)


def _heard(message: Mapping[str, Any], words: Sequence[Mapping[str, Any]] = ()) -> Heard:
    start = words[0].get("start") if words else None
    length = words[-1]["end"] - words[0]["start"] if words else None
    return Heard(message.get("text") or "", words, None, start, length)
