"""What the Azure Speech SDK is speaking: one synthesis after the other, each to the last of its audio.

`speak_*` ends with its result, which comes as an event and as what it returns: whichever is seen first is told.
`start_speaking_*` returns when the first audio is on its way; where the program reads it as an `AudioDataStream`, the
synthesis lasts as long as the reading does.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from typing import Any

from otel_voice.capture.operation import Abandonment, Sink, collected
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.azure_speech_common import failure
from otel_voice.providers.azure_speech_native import MARK, SYNTHESIS, Listener, text
from otel_voice.providers.synthesis import Synthesis

_CONNECTION = "SpeechServiceResponse_SynthesisConnectionLatencyMs"
_MOST_RESULTS = 64
_ENDS = ("SynthesizingAudioCompleted", "Canceled")


class Speaking(Synthesis):
    """One text while it is being spoken. Its end is told by an event, by a result or by the stream that is read."""

    def __init__(self, record: TextToSpeech, voice: Voice, audible: bool) -> None:
        super().__init__(record, voice.sink)
        self._voice = voice
        self._abandoned = Abandonment(self.running)
        self._audible = audible
        """Its audio is played, or handed on, while it arrives."""
        self._read = False
        """The program reads its audio as a stream."""
        self._seconds: float | None = None
        self._last: Any = None
        """The last result, when the reading ends later."""
        self.told = False
        """The library has done with it."""
        self._telling = threading.RLock()  # the program has its result when the end is told, not before

    def got(self, result: Any) -> None:
        """The program has a result: the last one, or that it has begun."""
        if result.reason.name in _ENDS:
            self.result(result)
        else:
            vars(result)[MARK] = self

    def failed(self, error: BaseException) -> None:
        """The program never gets a result."""
        self._voice.forget(self)
        if isinstance(error, Exception):
            self.fail(error, None)
        else:
            self.interrupt()

    def result(self, result: Any) -> None:
        """All of its audio has arrived, or none will come any more."""
        with self._telling:
            if not self.told and self._voice.takes(result.result_id, self):
                self.told = True
                self._voice.forget(self)
                self._tell(result)

    def _tell(self, result: Any) -> None:
        self.record.response_id = result.result_id
        self._seconds = result.audio_duration.total_seconds() or None
        self._last = result
        connected = reading.integer(text(result.properties, _CONNECTION))
        if connected is not None and connected > 0:  # less than nothing says that it is not known
            self.record.connection_seconds = connected / 1000
        if not self._read:
            if not self.chunks and result.reason.name != "Canceled":  # the first that anybody hears of it is the whole
                self.audio(0)
            self.size = len(result.audio_data)
            self._end(result.reason.name, result.cancellation_details)

    def unspoken(self) -> None:
        """The program does not want it any more, and the library had not begun."""
        if not self.told:
            self.told = True
            self.interrupt()

    def heard_by_event(self, event: Any) -> bool:
        """Whether anybody hears a piece of audio when the event of it comes."""
        return not self._read and not self.told and (self._audible or event is not None)

    def begin_reading(self) -> None:
        """The program wants its audio as a stream."""
        if not self.running.ended:
            self._read, self.size = True, 0

    def read(self, stream: Any, size: int) -> None:
        """The program has read so much more of it; nothing is the end."""
        if self.running.ended:
            return
        if size:
            self.audio(size)
        else:
            details = stream.cancellation_details
            self._end("SynthesizingAudioCompleted" if details is None else "Canceled", details)

    def left(self) -> None:
        """The program reads no more of it, or the garbage collector has found so."""
        collected(self._voice.sink, self._leave)

    def _leave(self) -> None:
        last = self._last
        if self.running.ended:
            return
        if last is not None and (last.reason.name == "Canceled" or self.size >= len(last.audio_data)):
            self._end(last.reason.name, last.cancellation_details)
        else:
            self.interrupt()

    def _end(self, reason: str, details: Any) -> None:
        if reason != "Canceled":
            self.complete()
        elif details.reason.name == "Error":
            self.fail(*failure(self.record, details.error_code, details.error_details), self.record.status_code)
        else:
            self.interrupt()

    def _settle(self) -> None:
        super()._settle()
        self.record.audio_seconds = self._seconds or self.record.audio_seconds


class Voice(Listener):
    """Listens to one synthesiser, which speaks one text after the other and tells of each in order.

    A result may be in the program's hands before the last events of it come, and the next text be asked for already:
    events belong to the text whose start was told last. They do not say which text that is. Those that were asked for
    at once, without waiting, are spoken by the library in an order of its own, and are told here in that of the asking.

    There is no lock: a stream that is collected while another thread is telling must not wait for that thread.
    """

    events = SYNTHESIS
    unread = frozenset({"synthesis_started", "synthesizing"})

    def __init__(self, synthesizer: Any, sink: Sink) -> None:
        super().__init__(synthesizer)
        self.sink = sink
        self._waiting: deque[Speaking] = deque()
        self._spoken: Speaking | None = None
        self._takers: dict[str, int] = {}
        """By the id of a result, who was told of it."""

    @property
    def busy(self) -> bool:
        spoken = self._spoken
        return bool(self._waiting) or (spoken is not None and not spoken.told)

    def speak(self, record: TextToSpeech, audible: bool) -> Speaking:
        """The program wants a text spoken, after those that it wanted before."""
        speaking = Speaking(record, self, audible)
        self._waiting.append(speaking)
        return speaking

    def heard(self, name: str, event: Any) -> None:
        if name == "synthesis_started":
            self._spoken = self._next()
            return
        spoken = self._spoken
        if name != "synthesizing":
            self._spoken = None
            if spoken is not None and event is not None:
                spoken.result(event.result)
                if not spoken.told:  # another was spoken first, and has its result already
                    self._waiting.appendleft(spoken)
        elif spoken is not None and spoken.heard_by_event(event):
            spoken.audio(0 if event is None else len(event.result.audio_data))

    def takes(self, result_id: str, speaking: Speaking) -> bool:
        """Whether a result is told of this text; each is told of one."""
        while len(self._takers) > _MOST_RESULTS:
            self._takers.pop(next(iter(self._takers)), None)
        return self._takers.setdefault(result_id, id(speaking)) == id(speaking)

    def forget(self, speaking: Speaking) -> None:
        """It will never be spoken."""
        with contextlib.suppress(ValueError):
            self._waiting.remove(speaking)

    def stop(self) -> None:
        """The program wants silence. Of what has not begun the library tells nothing more."""
        while (waiting := self._next()) is not None:
            waiting.unspoken()

    def _next(self) -> Speaking | None:
        try:
            return self._waiting.popleft()
        except IndexError:
            return None
