"""The frames of one pipeline, told apart by their class. No class of Pipecat is imported for that."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.conversations.model import Conversation
from otel_voice.frameworks.pipecat_services import Services
from otel_voice.frameworks.pipecat_talk import Talk
from otel_voice.observation import clock

Read = Callable[[Any, Any, int], None]
"""Reads a frame, from the processor that pushes it, at a moment."""

_ROLES = ("STTService", "LLMService", "TTSService", "BaseOutputTransport")


class Reader:
    """Reads what the processors of one pipeline push, in the order in which they do."""

    def __init__(self, sink: Sink, call: Conversation, *, opened: bool) -> None:
        self.call = call
        self.opened = opened
        """Whether the pipeline opened the call, and not the program."""
        self.failed = False
        """Whether a fatal error ends it."""
        self._services = Services(sink, call)
        self._talk = Talk(sink, call, self._services)
        services, talk = self._services, self._talk
        # A frame is pushed once by each processor that it passes, and once more for the other direction.
        self._once: dict[str, Read] = {
            "VADUserStartedSpeakingFrame": talk.voice_started,
            "VADUserStoppedSpeakingFrame": talk.voice_stopped,
            "UserStartedSpeakingFrame": talk.user_started,
            "UserStoppedSpeakingFrame": talk.user_stopped,
            "BotStartedSpeakingFrame": talk.bot_started,
            "BotStoppedSpeakingFrame": talk.bot_stopped,
            "InterruptionFrame": self._interrupted,
            "ErrorFrame": self._erred,
        }
        self._of: dict[str, dict[str, Read]] = {
            "STTService": {
                "StartFrame": services.joined,
                "InterimTranscriptionFrame": services.partly_heard,
                "TranscriptionFrame": services.heard,
            },
            "LLMService": {
                "StartFrame": services.joined,
                "LLMFullResponseStartFrame": services.asked,
                "LLMTextFrame": services.answered,
                "LLMFullResponseEndFrame": services.answer_ended,
            },
            "TTSService": {
                "StartFrame": services.joined,
                "TTSStartedFrame": services.speech_started,
                "TTSAudioRawFrame": services.spoke,
                "TTSStoppedFrame": services.speech_stopped,
            },
            "BaseOutputTransport": {"OutputAudioRawFrame": talk.played, "TTSAudioRawFrame": talk.played},
        }
        self._known = {*self._once, *(name for frames in self._of.values() for name in frames)}
        self._reads: dict[tuple[type, type], Read | None] = {}
        self._latest: dict[str, int] = {}

    def pushed(self, push: Any) -> None:
        """A processor pushes a frame to the next one."""
        frame, source = push.frame, push.source
        kinds = type(frame), type(source)
        try:
            read = self._reads[kinds]
        except KeyError:
            read = self._reads[kinds] = self._reading(*kinds)
        if read is not None:
            read(frame, source, clock.now())

    def ended(self) -> None:
        """The pipeline has ended."""
        self._services.interrupted()

    def _reading(self, frame: type, source: type) -> Read | None:
        name = _name(frame, self._known)
        if name is None:
            return None
        if name in self._once:
            return self._only_once(name, self._once[name])
        role = _name(source, _ROLES)
        return None if role is None else self._of[role].get(name)

    def _only_once(self, name: str, read: Read) -> Read:
        def reading(frame: Any, source: Any, now: int) -> None:
            if frame.id > self._latest.get(name, -1):  # ids count up
                self._latest[name] = frame.id
                read(frame, source, now)

        return reading

    def _interrupted(self, frame: Any, source: Any, now: int) -> None:
        self._talk.interrupted(now)
        self._services.interrupted()

    def _erred(self, frame: Any, source: Any, now: int) -> None:
        self.failed = self.failed or bool(getattr(frame, "fatal", False))
        self._services.erred(frame, source, now)


def _name(kind: type, known: Collection[str]) -> str | None:
    """The nearest of Pipecat's own classes that a class is, of those that are known."""
    for base in kind.__mro__:
        if base.__name__ in known and base.__module__.partition(".")[0] == "pipecat":
            return base.__name__
    return None
