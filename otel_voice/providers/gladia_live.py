"""Gladia's live recognition: one observer for a session, however many websockets it needs one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import Context, copy_context
from typing import Any
from weakref import WeakValueDictionary

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Running, Sink
from otel_voice.capture.shapes.noting import Noter
from otel_voice.capture.tap import tap, tap_closing, watch, watcher
from otel_voice.observation import clock
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.listening import Listening, Onset
from otel_voice.providers.utterance import Heard

_CONTEXT = "_otel_voice_context"
_GOOD_CODES = (1000, 1001)
_DEFAULT_BITS = 16

_sessions: WeakValueDictionary[str, Any] = WeakValueDictionary()
"""The address of a websocket -> the session that asked for it: a websocket of the SDK does not know whose it is."""


class GladiaError(Exception):
    """Gladia closed a session that was under way."""


class Live(Listening):
    """Reads the messages of one session."""

    def __init__(self, sink: Sink, session: Any, address: object) -> None:
        super().__init__(sink)
        self._session = session
        self._options = getattr(session, "_options", None)
        self._language: str | None = None
        self.address = address
        self.attempt()

    def new_record(self) -> SpeechToText:
        record, asked = SpeechToText("gladia"), self._options
        record.request_model = getattr(asked, "model", None)
        wanted: Sequence[str] = getattr(getattr(asked, "language_config", None), "languages", None) or ()
        record.language = self._language or (wanted[0] if len(wanted) == 1 else None)
        if (getattr(asked, "bit_depth", None) or _DEFAULT_BITS) == _DEFAULT_BITS:
            encoding = getattr(asked, "encoding", None)
            record.audio_format = encoding.rpartition("/")[2] if encoding else None
        record.sample_rate = getattr(asked, "sample_rate", None)
        record.channels = getattr(asked, "channels", None)
        record.conversation = self.conversation
        self.filled(record)
        record.session_id = getattr(self._session, "session_id", None)
        return record

    def stands(self) -> None:
        """A websocket stands; the first one opens the conversation."""
        self.over, self._unsent = False, None
        if self.conversation is None:
            # The thread of a synchronous session knows nothing of who began it.
            within(self._session, self.listen)
        else:  # what the service did not confirm is sent again
            self.audio.sent = getattr(self._session, "_bytes_sent", self.audio.sent)

    def broken(self, error: BaseException) -> None:
        """The SDK connects again, or tells that the session has ended."""

    def ended(self, code: int) -> None:
        """The session is over."""
        with self.lock:
            if not self.over:
                self.over = True
                if code in _GOOD_CODES:
                    self.drained()
                else:
                    self.fail(GladiaError(f"The session was closed with code {code}"), str(code))
        self.hang_up()

    def message(self, message: Mapping[str, Any]) -> None:
        kind, data, now = message.get("type"), message.get("data") or {}, clock.now()
        if kind == "transcript":
            self._transcript(data, now)
        elif kind == "speech_start":
            self.onsets[_channel(data)] = Onset(data.get("time"), now)
        elif kind == "speech_end" and _channel(data) in self.utterances:
            self.utterances[_channel(data)].endpoint(now)

    def _transcript(self, data: Mapping[str, Any], now: int) -> None:
        said = data.get("utterance") or {}
        channel, heard = _channel(said), _heard(said)
        self._language = said.get("language") or self._language
        utterance = self.utterance(channel, heard, now)
        if utterance is None:
            return
        if data.get("is_final"):
            utterance.segment(heard, now)
            self.finish(channel, now)
        else:
            utterance.partial(heard, now)


class Begin(Noter):
    """A synchronous session is made: its work is done on another thread."""

    def before(self, call: Call) -> None:
        vars(call.instance)[_CONTEXT] = copy_context()


class Initiate(Noter):
    """A session asks for its address."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        _sessions[result.url] = call.instance

    def failed(self, call: Call, noted: Any, error: BaseException) -> None:
        http = call.instance._http_client
        _refused(self.sink, call.instance, getattr(http, "_base_url", None), error)


class Open(Noter):
    """A websocket stands, and the SDK is about to send what it kept until now."""

    def before(self, call: Call) -> None:
        socket = call.instance
        observer = watcher(socket)
        if not isinstance(observer, Live):
            observer = Live(self.sink, _sessions.get(socket._url), socket._url)
            watch(socket, observer)
        observer.stands()
        tap(socket._ws, observer)
        tap_closing(socket._ws, observer)


class Refuse(Noter):
    """A websocket could not be opened; it is tried again a few times."""

    def before(self, call: Call) -> bool:
        return bool(call.instance.ready_state.name == "CONNECTING")

    def after(self, call: Call, noted: Any, result: Any) -> None:
        error = call.argument(0, "err")
        if noted and not result and error is not None:
            address = call.instance._url
            observer = watcher(call.instance)
            if isinstance(observer, Live):  # it stood before, and could not be opened again
                observer.ended(0)
            else:
                _refused(self.sink, _sessions.get(address), address, error)


class Leave(Noter):
    """The program ends a session: whichever code the SDK tells after that says nothing."""

    def before(self, call: Call) -> None:
        observer = watcher(call.instance._ws)
        if observer is not None:
            observer.closed()


class Close(Noter):
    """A session is over."""

    def before(self, call: Call) -> None:
        observer = watcher(call.instance)
        if isinstance(observer, Live):
            observer.ended(reading.integer(call.argument(0, "code")) or _GOOD_CODES[0])


def within(session: Any, act: Any) -> None:
    """Do something in the context in which a session was made."""
    context: Context | None = getattr(session, _CONTEXT, None)
    if context is None:
        act()
    else:
        context.copy().run(act)


def _refused(sink: Sink, session: Any, address: object, error: BaseException) -> None:
    def tell() -> None:
        record = Live(sink, session, address).new_record()
        reading.refusal(record, error)
        Running(record, sink).stop(error)

    within(session, tell)


def _channel(data: Mapping[str, Any]) -> int:
    return reading.integer(data.get("channel")) or 0


def _heard(said: Mapping[str, Any]) -> Heard:
    start, end = said.get("start"), said.get("end")
    return Heard(
        str(said.get("text") or "").strip(),
        said.get("words") or (),
        said.get("confidence"),
        start,
        end - start if start is not None and end is not None else None,
    )
