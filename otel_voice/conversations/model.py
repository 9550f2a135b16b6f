"""A conversation and its turns, as plain state."""

from __future__ import annotations

import enum
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from otel_voice.conversations.breakdown import Stage
from otel_voice.conversations.spent import Spent
from otel_voice.conversations.spoken import Spoken
from otel_voice.conversations.states import States
from otel_voice.conversations.talk import Shares, Talk
from otel_voice.observation import clock
from otel_voice.observation.records import Inference, Operation, SpeechToText, TextToSpeech


class Origin(enum.Enum):
    """What a conversation was recognised by."""

    EXPLICIT = "explicit"  # the program said so
    FRAMEWORK = "framework"  # its session
    CONNECTION = "connection"  # the websocket, or the request that names it, by which it came in
    TRACE = "trace"  # the trace of an inbound request
    IMPLICIT = "implicit"  # the first speech-to-text stream
    IMPORTED = "imported"  # what its provider tells of it afterwards


class ConversationOutcome(enum.Enum):
    """How a conversation ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    ABANDONED = "abandoned"
    TRANSFERRED = "transferred"


class Moment:
    """A point in time on both clocks, and the conversion between them."""

    __slots__ = ("ns", "unix_ns")

    def __init__(self) -> None:
        self.ns = clock.now()
        self.unix_ns = clock.unix()

    def unix(self, ns: int) -> int:
        """Wall-clock nanoseconds of the monotonic `ns`."""
        return self.unix_ns + ns - self.ns


class Turn:
    """What the user said and what was answered.

    A turn that the agent opens (a greeting, a prompt) has no user speech and no response latency.
    """

    def __init__(self, conversation: Conversation, index: int, initiator: str, started_ns: int) -> None:
        self.conversation = conversation
        self.index = index
        self.id = f"{conversation.id}.{index}"
        self.initiator = initiator
        self.started_ns = started_ns
        self.last_activity_ns = started_ns
        self.ended_ns: int | None = None
        self.speech_ended_ns: int | None = None
        self.speech_end_source: str | None = None
        self.first_audio_ns: int | None = None
        self.speech_end_told = False
        """Whether the program said when the user's speech ended; it knows better than any provider."""
        self.first_audio_source = "first_audio_byte"
        self.heard: SpeechToText | None = None
        """The utterance that is answered."""
        self.inferences: list[Inference] = []
        """The model calls before the first audio of the answer, in order of their start."""
        self.synthesis: TextToSpeech | None = None
        """The synthesis that was heard first."""
        self.spoken = Spoken()
        """What the user heard of the answer."""
        self.stages: Sequence[Stage] = ()
        """What the response latency was spent on."""
        self.playback_until_ns: int | None = None
        self.answered = False
        self.running = 0
        self.syntheses = 0
        """Syntheses that are running."""
        self.errors = 0
        self.spent = Spent()
        """What its operations cost."""
        self.fallbacks = 0
        self.retries = 0
        self.state: str | None = conversation.states.current
        """Where the dialogue stood last in this turn."""
        self.interrupted_by: str | None = None
        self.superseded = False
        self.process = os.getpid()
        self.handle: Any = None
        """The telemetry's own handle of this turn."""

    @property
    def response_latency(self) -> float | None:
        """Seconds from the end of the user's speech to the first audio of the answer."""
        return clock.seconds(self.speech_ended_ns, self.first_audio_ns)

    def touch(self, at: int) -> None:
        """Something of this turn happened at `at`."""
        if at > self.last_activity_ns:
            self.last_activity_ns = at


class Conversation:
    """One call, from its first moment to hang-up."""

    def __init__(
        self,
        id: str,
        origin: Origin,
        *,
        given: bool = False,
        session_id: str | None = None,
        user_id: str | None = None,
        channel: str | None = None,
        direction: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.origin = origin
        self.given = given
        """Whether the id came from the program, and not from us."""
        self.session_id = session_id
        self.user_id = user_id
        self.channel = channel
        self.direction = direction
        self.attributes = dict(attributes or {})
        self.opened = Moment()
        self.last_activity_ns = self.opened.ns
        self.ended_ns: int | None = None
        self.turn: Turn | None = None
        self.waiting: list[Turn] = []
        """Turns that another has followed, and that have not ended: something of theirs still runs."""
        self.playing: Turn | None = None
        """The turn whose answer the program plays, when it tells."""
        self.speaking_ns: int | None = None
        """Since when the user speaks, when the program tells."""
        self.talk = Talk()
        self.states = States(self.opened.ns)
        self.spent = Spent()
        """What its operations cost."""
        self.turns = 0
        self.answered_turns = 0
        self.sessions = 0
        """Speech-to-text streams that are open."""
        self.running = 0
        self.begun: Counter[type[Operation]] = Counter()
        """How many operations of each kind have begun."""
        self.telling: Callable[[Operation], Any] | None = None
        """Finds the span that a framework has made for an operation that begins, and that is not current."""
        self.last_failed = False
        self.outcome: ConversationOutcome | None = None
        self.said_outcome: ConversationOutcome | None = None
        """How it will have ended, as the program knows it already."""
        self.process = os.getpid()
        self.handle: Any = None
        """The telemetry's own handle of this conversation."""

    @property
    def closed(self) -> bool:
        """True after hang-up."""
        return self.ended_ns is not None

    @property
    def shares(self) -> Shares | None:
        """Who spoke how much; None before hang-up, and where nobody was heard."""
        return None if self.ended_ns is None else self.talk.shares(self.opened.ns, self.ended_ns)

    @property
    def duration(self) -> float | None:
        """Seconds from the first moment to hang-up."""
        return clock.seconds(self.opened.ns, self.ended_ns)

    def become(self, said: Conversation) -> None:
        """Take over what the program says of it, before anything has happened in it."""
        if said.given:
            self.id, self.given = said.id, True
        self.origin = said.origin
        self.session_id, self.user_id = said.session_id, said.user_id
        self.channel, self.direction = said.channel, said.direction
        self.attributes.update(said.attributes)

    def touch(self, at: int) -> None:
        """Something of this conversation happened at `at`."""
        if at > self.last_activity_ns:
            self.last_activity_ns = at


class Place:
    """Where an operation belongs."""

    __slots__ = ("conversation", "turn")

    def __init__(self, conversation: Conversation, turn: Turn) -> None:
        self.conversation = conversation
        self.turn = turn
