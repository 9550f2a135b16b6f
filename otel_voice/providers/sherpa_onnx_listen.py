"""Streams of sherpa-onnx: the program asks what is heard, whether the speaker has finished, and begins anew.

An utterance begins with its first words. What is read when the speaker has finished, or all of the audio was
recognised, is what was said; who begins anew without asking for that has what was read last.
"""

from __future__ import annotations

import json
from typing import Any
from weakref import WeakKeyDictionary

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.capture.shapes.noting import Noter
from otel_voice.providers.hearing import Held
from otel_voice.providers.sherpa_onnx_common import RATE, counted, kept, model_name, new_record
from otel_voice.providers.utterance import Heard


class Listening(Held):
    """Hears one stream."""

    def __init__(self, sink: Sink, model: str | None) -> None:
        super().__init__(sink, lambda: new_record(model), RATE)
        self.finished = False
        """No more audio will come."""
        self._told = False
        """What was said is told, until the program begins anew."""
        self._last = ""

    def read(self, text: str, whole: bool) -> None:
        """The program has what is heard so far; `whole` when all of the audio was recognised."""
        if self._told:
            return
        if text and not self.open:
            self.begin()
        self._last = text
        if self.ended or whole:
            self._told = self.open
            self.final(Heard(text, (), None, None, None))
        else:
            self.partial(text)

    def anew(self) -> None:
        """The program has done with this utterance."""
        if self._last and not self.ended:
            self.final(Heard(self._last, (), None, None, None))
        self.leave()
        self._told, self._last = False, ""


_streams: WeakKeyDictionary[Any, Listening] = WeakKeyDictionary()


class Streams(Noter):
    """A stream is to be recognised."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        _streams[result] = Listening(self.sink, model_name(call.instance))


class Audio(Noter):
    """A piece of audio. This is the hot path."""

    def before(self, call: Call) -> None:
        listening = kept(_streams, call.instance)
        if listening is not None:
            listening.audio.add(counted(call))


class Finished(Noter):
    """No more audio will come."""

    def before(self, call: Call) -> None:
        listening = kept(_streams, call.instance)
        if listening is not None:
            listening.finished = True


class Text(Noter):
    """The program asks what is heard."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        stream = call.argument(0, "s")
        listening = kept(_streams, stream)
        if listening is not None:
            whole = listening.finished and not call.instance.recognizer.is_ready(stream)
            listening.read(self.text(result), whole)

    def text(self, result: Any) -> str:
        """The words of a result."""
        return str(result)


class Result(Text):
    """The program asks what is heard, with all there is to say of it."""

    def text(self, result: Any) -> str:
        return str(result.text).strip()


class JsonResult(Text):
    """The same as JSON."""

    def text(self, result: Any) -> str:
        return str(json.loads(result).get("text") or "").strip()


class Endpoint(Noter):
    """The program asks whether the speaker has finished."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        if result:
            listening = kept(_streams, call.argument(0, "s"))
            if listening is not None:
                listening.endpoint()


class Reset(Noter):
    """The program begins anew."""

    def before(self, call: Call) -> None:
        listening = kept(_streams, call.argument(0, "s"))
        if listening is not None:
            listening.anew()
