"""Pipecat's own span of a synthesis: it is made before the provider is asked, and is current nowhere."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from otel_voice.observation.records import Operation, TextToSpeech

_SPANS = "_tts_spans"


class SpeechSpans:
    """The spans that the synthesizers of a pipeline have open, each for one operation of ours."""

    def __init__(self) -> None:
        self._services: WeakSet[Any] = WeakSet()
        self._given: WeakSet[Any] = WeakSet()

    def joined(self, service: Any) -> None:
        """A service is in the pipeline."""
        self._services.add(service)

    def of(self, record: Operation) -> Any:
        """The span of a synthesis that begins; None where Pipecat makes none, or another operation has it."""
        if not isinstance(record, TextToSpeech):
            return None
        for service in self._services:
            for entry in reversed(tuple(getattr(service, _SPANS, {}).values())):
                if entry["span"] not in self._given:
                    self._given.add(entry["span"])
                    return entry["span"]
        return None
