"""A conversation in the program's hands: what it may say where nothing can be inferred.

None of this raises, waits, or does anything after hang-up.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.conversations import marks
from otel_voice.conversations.model import Conversation, ConversationOutcome
from otel_voice.observation import clock
from otel_voice.runtime import runtime

LONGEST_AGO = 3600.0
"""Seconds. Nothing is told later than that; a larger number is a time of day, or milliseconds."""

_logger = logging.getLogger("otel_voice")
_said: set[str] = set()


@dataclass(frozen=True, eq=False)
class Call:
    """An open conversation. `ago` is how many seconds ago it was that something happened, 0 for now.

    A voice activity detector that waits for 0.4 s of silence says `user_speech_ended(ago=0.4)`.
    """

    _conversation: Conversation

    @property
    def id(self) -> str:
        """The program's own id; one that was made where it gave none."""
        return self._conversation.id

    @property
    def closed(self) -> bool:
        """True after hang-up."""
        return self._conversation.closed

    def user_speech_started(self, *, ago: float = 0.0) -> None:
        """The user begins to speak. Over an answer that is being heard, that is an interruption."""
        self._mark(marks.user_speech_started, _moment(ago))

    def user_speech_ended(self, *, ago: float = 0.0) -> None:
        """The user fell silent: the response latency begins here, whatever a provider says."""
        self._mark(marks.user_speech_ended, _moment(ago))

    def playback_started(self, *, ago: float = 0.0) -> None:
        """The first sample of the agent's answer, or of its next part, is heard: the response latency ends here."""
        self._mark(marks.playback_started, _moment(ago))

    def playback_progressed(self, seconds: float) -> None:
        """So many seconds of this answer were played until now: what was heard of it, should it be cut short."""
        played = _number(seconds, "playback_progressed(seconds)")
        if played is not None:
            self._mark(marks.playback_progressed, played)

    def playback_ended(self, *, ago: float = 0.0) -> None:
        """The agent is silent: everything was played, or what was left was thrown away."""
        self._mark(marks.playback_ended, _moment(ago))

    def interrupted(self, source: str, *, ago: float = 0.0) -> None:
        """The answer is cut short. `source` becomes a metric label: `user_speech`, `dtmf`, `operator`."""
        self._mark(marks.interrupted, _text(source), _moment(ago))

    def state(self, name: str) -> State:
        """The dialogue moves to a state. As a block, it moves back at the end of the block."""
        before = self._conversation.states.current
        self._mark(marks.state, _text(name), clock.now())
        return State(self, before)

    def fallback(self, reason: str, *, ago: float = 0.0) -> None:
        """The dialogue did not understand, or another provider had to serve. `reason` becomes a metric label."""
        self._mark(marks.fallback, _text(reason), _moment(ago))

    def retry(self, reason: str, *, ago: float = 0.0) -> None:
        """Something is tried once more. `reason` becomes a metric label."""
        self._mark(marks.retry, _text(reason), _moment(ago))

    def transferred(self) -> None:
        """The call was handed over, to a person or to another agent: that is its outcome, and no failure."""
        self._conversation.said_outcome = ConversationOutcome.TRANSFERRED

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and other._conversation is self._conversation

    def __hash__(self) -> int:
        return id(self._conversation)

    def _mark(self, mark: Callable[..., None], *told: Any) -> None:
        guarded(runtime().conversations.mark, self._conversation, mark, *told)


@dataclass(frozen=True)
class State:
    """A state of the dialogue that may end with a block."""

    _call: Call
    _before: str | None

    def __enter__(self) -> State:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call._mark(marks.state if error is None else marks.state_broken_off, self._before, clock.now())


def _moment(ago: float) -> int:
    seconds = _number(ago, "ago")
    return clock.now() - int((seconds or 0.0) * 1e9)


def _number(given: Any, name: str) -> float | None:
    """A length of time; None with a warning for what is none. A live call is no place for an exception."""
    if isinstance(given, (int, float)) and math.isfinite(given) and 0 <= given <= LONGEST_AGO:
        return float(given)
    if name not in _said:
        _said.add(name)
        _logger.warning(
            "otel_voice was told %s=%r, which is no length of time in seconds, 0 to %d; it is passed over. Said once.",
            name,
            given,
            LONGEST_AGO,
        )
    return None


def _text(given: Any) -> str:
    return str(given)[:64]
