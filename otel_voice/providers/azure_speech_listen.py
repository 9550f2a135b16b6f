"""Recognition with the Azure Speech SDK: one record for each utterance, told by events of the native library.

`recognize_once` hears one utterance, a continuous recognition many. Either way an utterance begins with its first
transcript and ends with its result, which comes as an event, and to `recognize_once` as what it returns, too:
whichever is seen first is told.
"""

from __future__ import annotations

import contextvars
import threading
from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink, collected, settle
from otel_voice.capture.shapes.noting import Noter
from otel_voice.observation import clock
from otel_voice.observation.audio import AudioClock
from otel_voice.observation.records import SpeechToText
from otel_voice.providers.azure_speech_audio import Pushed, pushed_to
from otel_voice.providers.azure_speech_common import PROVIDER, TICKS, failure, server
from otel_voice.providers.azure_speech_native import MARK, RECOGNITION, Listener, text
from otel_voice.providers.utterance import Heard, Utterance

_LANGUAGE = "SpeechServiceConnection_AutoDetectSourceLanguageResult"
_LATENCY = "SpeechServiceResponse_RecognitionLatencyMs"
_REQUEST = "SpeechServiceResponse_RequestId"


class Positions(AudioClock):
    """When which part of the audio came, as far as it is known: by our own clock, else by what the SDK tells."""

    def __init__(self, pushed: AudioClock | None) -> None:
        super().__init__(None)
        self._pushed = pushed
        self._told: Mapping[float, int] = {}

    def tell(self, result: Any, latency: str | None, now: int) -> None:
        """The SDK says for how long it has had the last sound of an utterance."""
        if latency is not None:
            ended = now - int(latency) * 1_000_000
            self._told = {_end(result): ended, _start(result): ended - result.duration * (1_000_000_000 // TICKS)}

    def moment(self, offset: float) -> int | None:
        written = self._pushed.moment(offset) if self._pushed is not None else None
        return self._told.get(offset) if written is None else written


class Recognition(Utterance):
    """One utterance while it is being recognised."""

    def __init__(self, record: SpeechToText, sink: Sink, positions: Positions, offset: float | None) -> None:
        super().__init__(record, sink, positions, offset)
        self._told = record

    def result(self, result: Any, properties: Mapping[str, str], now: int) -> None:
        """Nothing of it will change any more."""
        record, reason = self._told, result.reason.name
        record.response_id = result.result_id
        record.request_id = properties.get(_REQUEST)
        record.language = properties.get(_LANGUAGE) or record.language
        if reason == "RecognizedSpeech":
            self.segment(_heard(result), now)
            self.finish(now, _end(result))
        elif reason == "Canceled":
            self._canceled(result.cancellation_details)
        else:  # what was heard is taken back
            self.finish(now)

    def _canceled(self, details: Any) -> None:
        if details.reason.name == "Error":
            self.fail(*failure(self._told, details.code, details.error_details))
        else:
            self.leave()


class Single:
    """One utterance that was asked for by itself."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self.asked_ns = clock.now()

    def got(self, result: Any) -> None:
        """The program has its result."""
        self._ear.answered(self, result)

    def failed(self, error: BaseException) -> None:
        """The program never gets a result."""
        self._ear.unanswered(self, error)


class Starting:
    """The start of a continuous recognition, for which the program may wait."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear

    def got(self, result: Any) -> None:
        """It has begun."""

    def failed(self, error: BaseException) -> None:
        """It has not."""
        self._ear.unanswered(None, error)


class Ear(Listener):
    """Listens to one recogniser."""

    events = RECOGNITION
    unread = frozenset({"session_started"})

    def __init__(self, recognizer: Any, sink: Sink, pushed: Pushed | None) -> None:
        super().__init__(recognizer)
        self.lock = threading.RLock()
        self.sink = sink
        self.pushed = pushed
        self._once: deque[Single] = deque()
        self._late = False
        """The result was seen before the events of it: they are old, until another session starts."""
        self._continuous = False
        self._utterance: Recognition | None = None
        self._onset: tuple[float, int] | None = None
        self._positions = Positions(None)
        self._known: Mapping[str, str | None] = {}
        self._context = contextvars.copy_context()
        self._conversation: Any = None
        self._session_id: str | None = None

    @property
    def busy(self) -> bool:
        return self._continuous or bool(self._once)

    def once(self, recognizer: Any) -> Single:
        """The program asks for one utterance."""
        with self.lock:
            self._begin(recognizer)
            single = Single(self)
            self._once.append(single)
        return single

    def start(self, recognizer: Any) -> Starting:
        """The program starts a continuous recognition."""
        with self.lock:
            if not self._continuous:
                self._begin(recognizer)
                self._continuous = True
        return Starting(self)

    def answered(self, single: Single, result: Any) -> None:
        """The program has the result of one utterance; an event may have told it before."""
        with self.lock:
            if single in self._once:
                self._final(result, clock.now())
                self._late = True

    def unanswered(self, single: Single | None, error: BaseException) -> None:
        """The library refused to begin, or to say what came of it."""
        with self.lock:
            if single in self._once or (single is None and self._continuous):
                self._once.clear()
                recognition = self._utterance or self._open(None, single.asked_ns if single else clock.now())
                self._utterance = None
                recognition.fail(error, None) if isinstance(error, Exception) else recognition.leave()
                self._stopped()

    def heard(self, name: str, event: Any) -> None:
        now = clock.now()
        with self.lock:
            if name == "session_started":
                self._late = False
            if event is None or self._late or not self.busy:
                return
            self._session_id = event.session_id
            self.sink.held_here(self._conversation)
            if name == "speech_start_detected":
                self._onset = (event.offset / TICKS, now)
            elif name == "session_stopped":
                self._stopped()
            elif name == "recognizing":
                self._partial(event.result, now)
            elif name != "session_started":
                self._final(event.result, now)

    def __del__(self) -> None:
        """The recogniser was collected, and whatever was still to come of it."""
        guarded(self._dropped)

    def _dropped(self) -> None:
        if self._conversation is not None:
            self._once.clear()
            self._leave()
            collected(self.sink, partial(guarded, self.sink.session_closed, self._conversation))

    def _begin(self, recognizer: Any) -> None:
        """A recognition begins. The library tells offsets in the stream, however many recognitions there were."""
        pushed, self._onset = self.pushed, None
        if pushed is not None and pushed.reader is None:
            pushed.reader = self.number
        known = pushed is not None and pushed.reader == self.number
        self._positions = Positions(pushed.clock if pushed is not None and known else None)
        self._context = contextvars.copy_context()
        self._known = _known(recognizer.properties)
        if self._conversation is None:
            self._conversation = self.sink.session_opened()

    def _partial(self, result: Any, now: int) -> None:
        heard = _heard(result)
        if heard.transcript:
            if self._utterance is None:
                self._utterance = self._open(heard.start, now)
            self._utterance.partial(heard, now)

    def _final(self, result: Any, now: int) -> None:
        properties = {key.name: value for key, value in result.properties.items()}
        self._positions.tell(result, properties.get(_LATENCY), now)
        single = self._once.popleft() if self._once else None
        recognition = self._utterance
        if recognition is None and result.reason.name == "RecognizedSpeech" and result.text:
            recognition = self._open(_start(result), now)
        elif recognition is None and _is_failure(result):
            recognition = self._open(None, single.asked_ns if single is not None else now)
        self._utterance = self._onset = None
        if recognition is not None:
            recognition.result(result, properties, now)

    def _open(self, offset: float | None, now: int) -> Recognition:
        """An utterance begins, in the context of who asked for it: threads of the library have none."""
        owner = self.owner()
        if owner is not None:  # some of it is known only when the connection stands
            self._known = _known(owner.properties)
        record = SpeechToText(PROVIDER)
        for name, value in self._known.items():
            setattr(record, name, value)
        record.conversation = self._conversation
        record.session_id = self._session_id
        record.streamed = True
        if self.pushed is not None:
            sound = self.pushed.sound
            record.audio_format, record.sample_rate, record.channels = sound.encoding, sound.rate, sound.channels
        onset, arrived = self._onset if self._onset is not None and offset is not None else (offset, now)
        record.rebase(arrived)
        return self._context.copy().run(Recognition, record, self.sink, self._positions, onset)

    def _leave(self) -> None:
        if self._utterance is not None:
            self._utterance.leave()
            self._utterance = None

    def _stopped(self) -> None:
        """A session of the library has ended. It tells of one for each single utterance, too, which ends no stream."""
        if self._continuous:
            self._continuous = False
            self._leave()
            conversation, self._conversation = self._conversation, None
            self.sink.session_closed(conversation)


class Recognizers(Noter):
    """Remembers from where a recogniser gets its audio."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        pushed = pushed_to(call.argument(1, "audio_config"))
        vars(call.instance)[MARK] = Ear(call.instance, self.sink, pushed)


class Once(Noter):
    """One utterance is asked for."""

    def before(self, call: Call) -> Single:
        return _ear_of(call.instance, self.sink).once(call.instance)

    def after(self, call: Call, noted: Any, result: Any) -> None:
        vars(result)[MARK] = noted

    def failed(self, call: Call, noted: Any, error: BaseException) -> None:
        if noted is not None:
            noted.failed(error)


class Start(Once):
    """A continuous recognition is started."""

    def before(self, call: Call) -> Starting:  # type: ignore[override]
        return _ear_of(call.instance, self.sink).start(call.instance)


def _ear_of(recognizer: Any, sink: Sink) -> Ear:
    """Who listens to a recogniser, ready to hear what comes; one that was made before we came gets its own now."""
    settle()
    ear: Ear | None = vars(recognizer).get(MARK)
    if ear is None or ear.sink is not sink:
        ear = vars(recognizer)[MARK] = Ear(recognizer, sink, ear.pushed if ear is not None else None)
    ear.listen(recognizer)
    return ear


def _known(properties: Any) -> Mapping[str, Any]:
    """What the recogniser says of every utterance, so that the recogniser itself need not be kept."""
    asked = SpeechToText(PROVIDER)
    server(asked, properties, "stt")
    return {
        "request_model": text(properties, "SpeechServiceConnection_EndpointId"),
        "language": text(properties, "SpeechServiceConnection_RecoLanguage"),
        "server_address": asked.server_address,
        "server_port": asked.server_port,
    }


def _heard(result: Any) -> Heard:
    return Heard(result.text, (), None, _start(result), result.duration / TICKS)


def _start(result: Any) -> float:
    return float(result.offset / TICKS)


def _end(result: Any) -> float:
    return float((result.offset + result.duration) / TICKS)


def _is_failure(result: Any) -> bool:
    return bool(result.reason.name == "Canceled" and result.cancellation_details.reason.name == "Error")
