"""The services of one pipeline: what those do that no provider's patch sees is told by their frames.

Whether a service is seen is found out, and not known: when it answers for the first time, a patch has told of a
request of its kind in this call, or has not. So nothing is told twice, and a service that nobody has heard of is told.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from otel_voice.capture.operation import Running, Sink
from otel_voice.conversations.model import Conversation
from otel_voice.conversations.turns import CALLER
from otel_voice.frameworks.pipecat_spans import SpeechSpans
from otel_voice.observation import clock
from otel_voice.observation.records import Inference, Operation, SpeechToText, TextToSpeech

_OWN = "pipecat.services."


class Work:
    """One answer of a service."""

    def __init__(self, started_ns: int, begun: int) -> None:
        self.started_ns = started_ns
        self.begun = begun
        """How many operations of its kind had begun in the call before it."""
        self.decided = False
        self.running: Running | None = None
        """When it is told by us."""
        self.error_type: str | None = None
        self.ended_ns: int | None = None
        """When an answer ended of which nothing came; what was wrong may be told after that."""


class Services:
    """What the services of a pipeline do."""

    _whose: WeakKeyDictionary[Any, Services] = WeakKeyDictionary()

    @classmethod
    def of(cls, service: Any) -> Services | None:
        """Those that a service is one of."""
        return cls._whose.get(service)

    def __init__(self, sink: Sink, call: Conversation) -> None:
        self._sink = sink
        self._call = call
        self._seen: WeakSet[Any] = WeakSet()
        self._work: WeakKeyDictionary[Any, Work] = WeakKeyDictionary()
        self._text: WeakKeyDictionary[Any, tuple[int, int]] = WeakKeyDictionary()
        """Service -> when the text that it speaks next was given to it, and its characters."""
        self._told: dict[type[Operation], int] = {}
        """Kind -> how many operations had begun when one of its services was last looked at."""
        self._spans = SpeechSpans()
        self.voice_ns: int | None = None
        """Since when the user speaks, where a detector of voices has told."""
        self.silence_ns: int | None = None
        """Since when they do not any more."""
        call.telling = self._spans.of

    def joined(self, service: Any, source: Any, now: int) -> None:
        """The pipeline starts, and a service is in it."""
        self._whose[source] = self
        self._spans.joined(source)

    def hear(self) -> bool:
        """Whether a provider's patch sees a recogniser of this call."""
        return self._begun(SpeechToText) > self._told.get(SpeechToText, 0) or any(map(_hears, self._seen))

    def partly_heard(self, frame: Any, source: Any, now: int) -> None:
        """A transcript that may still change."""
        if source not in self._seen and source not in self._work:
            self._work[source] = Work(now, self._told.get(SpeechToText, 0))

    def heard(self, frame: Any, source: Any, now: int) -> None:
        """A transcript."""
        work = self._work.pop(source, None)
        first = None if work is None else work.started_ns
        if self._is_seen(source, SpeechToText, self._told.get(SpeechToText, 0)):
            return
        record = SpeechToText(_provider(source))
        record.final_ns = record.transcribed_ns = now
        record.first_partial_ns = first
        if self.silence_ns is not None:
            record.speech_ended_ns, record.speech_end_source = self.silence_ns, CALLER
        record.words = len(frame.text.split())
        language = getattr(frame, "language", None)
        record.language = None if language is None else str(getattr(language, "value", language))
        self._tell(source, record, min(filter(None, (self.voice_ns, first, now)))).complete()

    def asked(self, frame: Any, source: Any, now: int) -> None:
        """The model is about to be asked."""
        self._settle(source)
        if source not in self._seen:
            self._work[source] = Work(now, self._begun(Inference))

    def answered(self, frame: Any, source: Any, now: int) -> None:
        """A piece of the model's answer."""
        running = self._decide(source, Inference)
        if running is not None:
            _chunk(running, now)

    def used_tokens(self, service: Any, tokens: Any) -> None:
        """What an answer used."""
        running = self._decide(service, Inference)
        if running is not None and isinstance(running.record, Inference):
            # Some services count what was cached in the prompt, and some beside it; the total holds it.
            running.record.output_tokens = tokens.completion_tokens
            running.record.input_tokens = max(tokens.prompt_tokens, tokens.total_tokens - tokens.completion_tokens)
            running.record.reasoning_tokens = getattr(tokens, "reasoning_tokens", None)

    def answer_ended(self, frame: Any, source: Any, now: int) -> None:
        """The answer is complete."""
        work = self._work.get(source)
        if work is not None:
            work.ended_ns = now
            if work.decided or work.error_type is not None:
                self._settle(source)

    def used_text(self, service: Any, text: Any) -> None:
        """A piece of text was given to a service, to be spoken."""
        if service not in self._seen:
            since, characters = self._text.get(service, (clock.now(), 0))
            self._text[service] = since, characters + len(text)
            self._count(service)

    def speech_started(self, frame: Any, source: Any, now: int) -> None:
        """The sound of a text will follow."""
        self._finish(source)
        if source not in self._seen:
            given = self._text.get(source, (now, 0))[0]
            self._work[source] = Work(min(given, now), self._told.get(TextToSpeech, 0))

    def spoke(self, frame: Any, source: Any, now: int) -> None:
        """A piece of sound."""
        running = self._decide(source, TextToSpeech)
        if running is None or not isinstance(running.record, TextToSpeech):
            return
        _chunk(running, now)
        record = running.record
        record.audio_bytes += len(frame.audio)
        record.sample_rate, record.channels = frame.sample_rate, frame.num_channels

    def speech_stopped(self, frame: Any, source: Any, now: int) -> None:
        """There is no more sound."""
        work = self._work.get(source)
        if work is not None and work.error_type is not None:
            self._decide(source, TextToSpeech)
        self._count(source)
        self._finish(source)
        self._text.pop(source, None)

    def erred(self, frame: Any, source: Any, now: int) -> None:
        """A service failed at what it does."""
        work = self._work.get(source)
        if work is not None:
            error = getattr(frame, "exception", None)
            work.error_type = "_OTHER" if error is None else type(error).__qualname__
            self._settle(source)

    def interrupted(self) -> None:
        """What is under way is thrown away."""
        for service, work in list(self._work.items()):
            self._settle(service)
            if work.running is not None:
                self._measure(work.running)
                work.running.interrupt()
            self._work.pop(service, None)
            self._text.pop(service, None)

    def _decide(self, service: Any, kind: type[Operation]) -> Running | None:
        """The operation that we tell of a service's answer; None where a patch does."""
        work = self._work.get(service)
        if work is None:
            return None
        if not work.decided:
            work.decided = True
            if self._is_seen(service, kind, work.begun):
                del self._work[service]
                return None
            record = kind(_provider(service))
            record.streamed = True
            work.running = self._tell(service, record, work.started_ns)
            self._count(service)
        return work.running

    def _is_seen(self, service: Any, kind: type[Operation], before: int) -> bool:
        if service in self._seen:
            return True
        begun = self._begun(kind)
        self._told[kind] = begun
        if begun > before:
            self._seen.add(service)
            return True
        return False

    def _tell(self, service: Any, record: Operation, since: int) -> Running:
        record.rebase(since)
        record.request_model = _model(service)
        record.conversation = self._call
        running = Running(record, self._sink)
        kind = next(kind for kind in (SpeechToText, TextToSpeech, Inference) if isinstance(record, kind))
        self._told[kind] = self._begun(kind)  # that one was ours
        return running

    def _settle(self, service: Any) -> None:
        """Tell of the model's answer that has ended, if there is one."""
        work = self._work.get(service)
        if work is not None and work.ended_ns is not None:
            self._decide(service, Inference)
            self._finish(service)

    def _finish(self, service: Any) -> None:
        work = self._work.pop(service, None)
        if work is not None and work.running is not None:
            self._measure(work.running)
            work.running.record.error_type = work.error_type
            work.running.complete(work.ended_ns)

    def _measure(self, running: Running) -> None:
        record = running.record
        if isinstance(record, TextToSpeech) and record.sample_rate:
            record.audio_seconds = record.audio_bytes / 2 / (record.channels or 1) / record.sample_rate

    def _count(self, service: Any) -> None:
        """Put the characters on what is being spoken, when we tell it."""
        work = self._work.get(service)
        if work is not None and work.running is not None and isinstance(work.running.record, TextToSpeech):
            work.running.record.characters = self._text.get(service, (0, 0))[1] or None

    def _begun(self, kind: type[Operation]) -> int:
        return sum(count for each, count in self._call.begun.items() if issubclass(each, kind))


def _chunk(running: Running, now: int) -> None:
    record = running.record
    if record.first_chunk_ns is None:
        running.first_chunk(now)
    record.last_chunk_ns = now
    record.chunks += 1


def _hears(service: Any) -> bool:
    return any(base.__name__ == "STTService" for base in type(service).__mro__)


def _provider(service: Any) -> str:
    """The name of Pipecat's own package for it; of a service of the program's, that of its class."""
    for base in type(service).__mro__:
        if base.__module__.startswith(_OWN) and base.__module__.count(".") > 2:
            return base.__module__.split(".")[2]
    return type(service).__name__.lower()


def _model(service: Any) -> str | None:
    settings = getattr(service, "_settings", None)
    model = getattr(settings, "model", None) or getattr(service, "model_name", None)
    return model if isinstance(model, str) and model else None
