"""How the native library is listened to without the program noticing.

The library has one place for a callback of each event. Where the program has connected a handler, the SDK's own
callback stands there, and what it passes to the handlers is seen on its way (`EventSignal.signal`). Where it has not,
a callback of ours stands there until the program connects one: `is_connected` stays false, and no handler of the
program is ever displaced or delayed by another.

A callback of ours is told apart by a number, never by a pointer: the library may call when the Python object is gone.
"""

from __future__ import annotations

import atexit
import ctypes
import itertools
import sys
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call
from otel_voice.capture.shapes.noting import Noter

MARK = "_otel_voice"
_SPEECH = "azure.cognitiveservices.speech.speech"
_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class Event(NamedTuple):
    """An event of the library: where its callback is set, of what class it is, and how it is given back unread."""

    place: str
    kind: str
    release: str


_RECOGNIZER = "recognizer_event_handle_release"
_SYNTHESIZER = "synthesizer_event_handle_release"
RECOGNITION = {
    "session_started": Event("recognizer_session_started_set_callback", "SessionEventArgs", _RECOGNIZER),
    "speech_start_detected": Event(
        "recognizer_speech_start_detected_set_callback", "RecognitionEventArgs", _RECOGNIZER
    ),
    "recognizing": Event("recognizer_recognizing_set_callback", "SpeechRecognitionEventArgs", _RECOGNIZER),
    "recognized": Event("recognizer_recognized_set_callback", "SpeechRecognitionEventArgs", _RECOGNIZER),
    "canceled": Event("recognizer_canceled_set_callback", "SpeechRecognitionCanceledEventArgs", _RECOGNIZER),
    "session_stopped": Event("recognizer_session_stopped_set_callback", "SessionEventArgs", _RECOGNIZER),
}
SYNTHESIS = {
    "synthesis_started": Event("synthesizer_started_set_callback", "SpeechSynthesisEventArgs", _SYNTHESIZER),
    "synthesizing": Event("synthesizer_synthesizing_set_callback", "SpeechSynthesisEventArgs", _SYNTHESIZER),
    "synthesis_completed": Event("synthesizer_completed_set_callback", "SpeechSynthesisEventArgs", _SYNTHESIZER),
    "synthesis_canceled": Event("synthesizer_canceled_set_callback", "SpeechSynthesisEventArgs", _SYNTHESIZER),
}


class Listener(ABC):
    """Hears the events of one object of the SDK. It is kept by that object, and keeps nothing of it alive."""

    events: Mapping[str, Event]
    unread: frozenset[str] = frozenset()
    """Events of which it is enough to know that they came, where the program does not read them either."""

    def __init__(self, owner: Any) -> None:
        self.owner = weakref.ref(owner)
        self.number = next(_numbers)
        _listeners[self.number] = self

    @property
    @abstractmethod
    def busy(self) -> bool:
        """Whether anything is under way of which an event could tell."""

    @abstractmethod
    def heard(self, name: str, event: Any) -> None:
        """An event came; without the event itself where nobody reads it. Threads of the library call this."""

    def listen(self, owner: Any) -> None:
        """Hear everything, also what the program does not."""
        library = sys.modules[_SPEECH]._sdk_lib
        for name, event in self.events.items():
            signal = getattr(owner, name)
            vars(signal)[MARK] = (weakref.ref(self), name)
            if not signal.is_connected():
                getattr(library, event.place)(owner._handle, _callback(name, event), ctypes.c_void_p(self.number))
            if signal.is_connected():  # meanwhile, on another thread: its place is the program's
                signal._EventSignal__connection_callback(signal, owner._handle)

    def hush(self) -> None:
        """Take our callbacks back: the interpreter is about to end, and a call from the library would crash it."""
        owner = self.owner()
        if owner is None:
            return
        library = sys.modules[_SPEECH]._sdk_lib
        for name, event in self.events.items():
            if not getattr(owner, name).is_connected():
                getattr(library, event.place)(owner._handle, None, None)


_numbers = itertools.count(1)
_listeners: weakref.WeakValueDictionary[int, Listener] = weakref.WeakValueDictionary()
_callbacks: dict[str, Any] = {}


def _callback(name: str, event: Event) -> Any:
    """The callback for one event, made once and kept for as long as the library may call it."""
    if not _callbacks:
        atexit.register(_hush)
    if name not in _callbacks:
        _callbacks[name] = _CALLBACK(_called(name, event))
    return _callbacks[name]


def _called(name: str, event: Event) -> Callable[[Any, int, int], None]:
    def called(_: Any, handle: int, number: int) -> None:
        guarded(_pass, name, event, handle, number)

    return called


def _pass(name: str, event: Event, handle: int, number: int) -> None:
    speech = sys.modules[_SPEECH]
    listener = _listeners.get(number)
    if listener is None or not listener.busy or name in listener.unread:
        getattr(speech._sdk_lib, event.release)(ctypes.c_void_p(handle))
        if listener is not None:
            listener.heard(name, None)
        return
    listener.heard(name, getattr(speech, event.kind)(ctypes.c_void_p(handle)))


def _hush() -> None:
    for listener in list(_listeners.values()):
        guarded(listener.hush)


class Signals(Noter):
    """Sees the events that go to the program's handlers, before they do."""

    def before(self, call: Call) -> Any:
        mark = vars(call.instance).get(MARK)
        listener = mark[0]() if mark is not None else None
        if listener is not None:
            listener.heard(mark[1], call.argument(0, "payload"))


def text(properties: Any, name: str) -> str | None:
    """A property of the SDK by the name of its id; None when it is empty, or when this version does not know it."""
    kind = getattr(sys.modules[_SPEECH].PropertyId, name, None)
    return (properties.get_property(kind) or None) if kind is not None else None
