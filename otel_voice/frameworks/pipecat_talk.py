"""Who speaks in a pipeline, by its own frames: they become marks, which are believed over what providers tell."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.conversations import marks
from otel_voice.conversations.model import Conversation
from otel_voice.conversations.turns import USER_SPEECH
from otel_voice.frameworks.pipecat_services import Services

PROGRAM = "program"
"""What cut an answer short that the user did not."""


class Talk:
    """The user and the bot of one pipeline.

    A detector of voices is sure of what it tells only some time after it was so, and says how long it waits. Whether
    a voice is a turn of the user is decided later, and by others: only then does it count.
    """

    def __init__(self, sink: Sink, call: Conversation, services: Services) -> None:
        self._sink = sink
        self._call = call
        self._services = services
        self._voice = False
        self._voice_ns: int | None = None
        """Since when there is the last voice that was detected."""
        self._silence_ns: int | None = None
        """Since when there is none."""
        self._user = False
        self._bot = False
        self._played_ns: int | None = None

    def voice_started(self, frame: Any, source: Any, now: int) -> None:
        """A voice is detected."""
        if self._voice:
            return
        self._voice = True
        self._voice_ns, self._silence_ns = now - _waited(frame, source, "start_secs"), None
        self._services.voice_ns, self._services.silence_ns = self._voice_ns, None
        if self._user:  # they go on after a pause
            self._mark(marks.user_speech_started, self._voice_ns)

    def voice_stopped(self, frame: Any, source: Any, now: int) -> None:
        """There is no voice any more."""
        if not self._voice:
            return
        self._voice = False
        self._silence_ns = self._services.silence_ns = now - _waited(frame, source, "stop_secs")
        if self._user:
            self._mark(marks.user_speech_ended, self._silence_ns)

    def user_started(self, frame: Any, source: Any, now: int) -> None:
        """The user's turn begins."""
        if self._user:
            return
        self._user = True
        self._mark(marks.user_speech_started, now if self._voice_ns is None else self._voice_ns)
        if self._silence_ns is not None:
            self._mark(marks.user_speech_ended, self._silence_ns)

    def user_stopped(self, frame: Any, source: Any, now: int) -> None:
        """The user's turn is over."""
        if not self._user:
            return
        self._user = False
        if self._voice_ns is None and not self._services.hear():
            self._mark(marks.user_speech_ended, now)  # nobody tells it better
        if not self._voice:
            self._voice_ns = self._silence_ns = None

    def bot_started(self, frame: Any, source: Any, now: int) -> None:
        """The first sample of an answer leaves."""
        if not self._bot:
            self._bot, self._played_ns = True, None
            self._mark(marks.playback_started, now)

    def bot_stopped(self, frame: Any, source: Any, now: int) -> None:
        """The bot is silent, since its last sample left: of that Pipecat is sure only some time later."""
        if self._bot:
            self._bot = False
            self._mark(marks.playback_ended, self._played_ns or now)

    def played(self, frame: Any, source: Any, now: int) -> None:
        """A piece of sound was played; a transport takes as long for it as it lasts."""
        self._played_ns = now

    def interrupted(self, now: int) -> None:
        """What is being said is thrown away. A turn of the user, which comes before, has mostly told so already."""
        playing = self._call.playing
        if self._bot and playing is not None and playing.interrupted_by is None:
            self._mark(marks.interrupted, USER_SPEECH if self._user else PROGRAM, now)

    def _mark(self, mark: Any, *told: Any) -> None:
        self._sink.calls.mark(self._call, mark, *told)


def _waited(frame: Any, source: Any, name: str) -> int:
    """How long the detector waited until it was sure, in nanoseconds; the frame tells it, or once its settings."""
    told = getattr(frame, name, None)
    if told is None:
        told = getattr(getattr(getattr(source, "vad_analyzer", None), "params", None), name, None)
    return int(told * 1e9) if isinstance(told, (int, float)) else 0
