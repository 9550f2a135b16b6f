"""Records to spans: names, kinds, parents, status."""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Link, Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

from otel_voice.conversations.breakdown import durations
from otel_voice.conversations.model import Conversation, Turn
from otel_voice.conversations.spent import Spent
from otel_voice.conversations.talk import Shares
from otel_voice.observation.agents import Guardrail, Handoff
from otel_voice.observation.records import Operation, Outcome, Step
from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import Attributes, at_end, at_start, error_type, of_place
from otel_voice.telemetry.content import ContentPolicy
from otel_voice.telemetry.failing import description
from otel_voice.telemetry.said import said
from otel_voice.telemetry.theirs import unsummed

_UNNAMED: dict[type[Operation], str] = {Handoff: "handoff", Guardrail: "guardrail"}
"""What has no operation name in the conventions."""


class Spans:
    """Starts and ends the spans of operations."""

    def __init__(self, tracer: Tracer, policy: ContentPolicy) -> None:
        self._tracer = tracer
        self._policy = policy

    def start(self, record: Operation, place: Attributes, parent: Context | None) -> Span:
        """Start the span of an operation; it is not made current."""
        attributes = at_start(record)
        attributes.update(place)
        kind = SpanKind.INTERNAL if isinstance(record, Step) else SpanKind.CLIENT
        return self._tracer.start_span(_name(record), parent, kind, attributes, start_time=record.started_unix_ns)

    def finish(self, span: Span, record: Operation) -> None:
        """Say what was learned, and end the span."""
        if span.is_recording():
            self.describe(span, record)
            if isinstance(record, Step):
                span.update_name(_name(record))  # who takes over is known at the end of a hand-off
            if record.outcome is Outcome.FAILED:
                span.set_attribute(names.ERROR_TYPE, error_type(record))
                span.set_status(Status(StatusCode.ERROR, description(record, self._policy)))
        span.end(record.unix_ns(record.ended_ns or record.started_ns))

    def complete(self, span: Span, record: Operation) -> None:
        """Put what was learned on the span of an SDK, where the SDK itself says nothing."""
        attributes = at_start(record) | self._learned(record)
        if record.outcome is Outcome.FAILED:
            attributes[names.ERROR_TYPE] = error_type(record)
            span.set_status(Status(StatusCode.ERROR, description(record, self._policy)))
        said_already = getattr(span, "attributes", None) or {}
        span.set_attributes({name: value for name, value in attributes.items() if name not in said_already})

    def describe(self, span: Span, record: Operation) -> None:
        """Put what was learned on a span."""
        span.set_attributes(self._learned(record))

    def enrich(self, span: Span, record: Operation) -> None:
        """Put what was learned on a span that another instrumentation ends."""
        span.set_attributes(unsummed(span, self._learned(record)))

    def _learned(self, record: Operation) -> Attributes:
        attributes = at_end(record)
        if self._policy.on_spans:
            attributes.update(said(record, self._policy))
        return attributes


class ConversationSpans:
    """Starts and ends the spans of conversations and turns: one trace for each conversation."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def conversation(self, conversation: Conversation, around: Context | None) -> Span:
        """Start the root, under the span of the context around it, when there is one; None is the current context."""
        return self._tracer.start_span(
            names.SPAN_CONVERSATION,
            around,
            attributes=_conversation_at_start(conversation),
            start_time=conversation.opened.unix_ns,
        )

    def named(self, span: Span, conversation: Conversation) -> None:
        """Say what is known of a conversation only now."""
        span.set_attributes(_conversation_at_start(conversation))

    def turn(self, turn: Turn, conversation: Span) -> Span:
        """Start a turn under its conversation."""
        return self._tracer.start_span(
            names.SPAN_TURN,
            set_span_in_context(conversation),
            attributes=_turn_at_start(turn),
            start_time=turn.conversation.opened.unix(turn.started_ns),
        )

    def stages(self, turn: Turn) -> None:
        """Draw what the response latency was spent on, under the turn."""
        place = of_place(turn.conversation, turn)
        unix = turn.conversation.opened.unix
        for stage in turn.stages:
            if stage.ended_ns > stage.started_ns:
                self._tracer.start_span(
                    names.SPAN_TURN_STAGE.format(stage=stage.name),
                    turn.handle.context,
                    attributes={**place, names.VOICE_TURN_STAGE: stage.name},
                    start_time=unix(stage.started_ns),
                ).end(unix(stage.ended_ns))

    def end_turn(self, span: Span, turn: Turn) -> Attributes:
        """End a turn; returns what was said of it."""
        attributes = {**_turn_at_start(turn), **_turn_at_end(turn)}
        span.set_attributes(attributes)
        span.end(turn.conversation.opened.unix(turn.ended_ns or turn.last_activity_ns))
        return attributes

    def end_conversation(self, span: Span, conversation: Conversation) -> None:
        """End the root."""
        span.set_attribute(names.VOICE_CONVERSATION_TURNS, conversation.turns)
        span.set_attributes(_spent(conversation.spent))
        if conversation.shares is not None:
            span.set_attributes(_shares(conversation.shares))
        if conversation.outcome is not None:
            span.set_attribute(names.VOICE_CONVERSATION_OUTCOME, conversation.outcome.value)
        span.end(conversation.opened.unix(conversation.ended_ns or conversation.last_activity_ns))


class TurnTraces(ConversationSpans):
    """Each turn is a trace of its own, linked to its conversation: for tail sampling and very long calls."""

    def turn(self, turn: Turn, conversation: Span) -> Span:
        return self._tracer.start_span(
            names.SPAN_TURN,
            set_span_in_context(INVALID_SPAN, Context()),
            attributes=_turn_at_start(turn),
            links=[Link(conversation.get_span_context())],
            start_time=turn.conversation.opened.unix(turn.started_ns),
        )


BY_SCOPE: dict[str, type[ConversationSpans]] = {"conversation": ConversationSpans, "turn": TurnTraces}
"""What one trace holds."""


def _name(record: Operation) -> str:
    what = record.name if isinstance(record, Step) else record.request_model
    operation = record.operation or _UNNAMED[type(record)]
    return f"{operation} {what}" if what else operation


def _conversation_at_start(conversation: Conversation) -> Attributes:
    attributes = of_place(conversation, None)
    attributes.update(conversation.attributes)
    attributes[names.VOICE_CONVERSATION_ORIGIN] = conversation.origin.value
    for name, value in (
        (names.SESSION_ID, conversation.session_id),
        (names.USER_ID, conversation.user_id),
        (names.VOICE_CONVERSATION_CHANNEL, conversation.channel),
        (names.VOICE_CONVERSATION_DIRECTION, conversation.direction),
    ):
        if value is not None:
            attributes[name] = value
    return attributes


def _turn_at_start(turn: Turn) -> Attributes:
    attributes = of_place(turn.conversation, turn)
    attributes[names.VOICE_TURN_INITIATOR] = turn.initiator
    return attributes


def _spent(spent: Spent) -> Attributes:
    attributes: Attributes = {}
    if spent.usd is not None:
        attributes[names.VOICE_CONVERSATION_COST] = spent.usd
    if spent.unpriced:
        attributes[names.VOICE_CONVERSATION_COST_UNPRICED] = spent.unpriced
    return attributes


def _turn_at_end(turn: Turn) -> Attributes:
    attributes: Attributes = {}
    if turn.spent.usd is not None:
        attributes[names.VOICE_TURN_COST] = turn.spent.usd
    if turn.response_latency is not None:
        attributes[names.VOICE_TURN_RESPONSE_LATENCY] = turn.response_latency
    for stage, spent in durations(turn.stages).items():
        attributes[f"{names.VOICE_TURN_STAGE}.{stage}"] = spent / 1e9
    if turn.speech_end_source is not None:
        attributes[names.VOICE_TURN_SPEECH_END_SOURCE] = turn.speech_end_source
    if turn.first_audio_ns is not None:
        attributes[names.VOICE_TURN_FIRST_AUDIO_SOURCE] = turn.first_audio_source
    if turn.interrupted_by is not None:
        attributes.update(_interruption(turn, turn.interrupted_by))
    if turn.state is not None:
        attributes[names.VOICE_TURN_STATE] = turn.state
    for name, count in (
        (names.VOICE_TURN_ERRORS, turn.errors),
        (names.VOICE_TURN_FALLBACKS, turn.fallbacks),
        (names.VOICE_TURN_RETRIES, turn.retries),
    ):
        if count:
            attributes[name] = count
    return attributes


def _interruption(turn: Turn, source: str) -> Attributes:
    attributes: Attributes = {names.VOICE_TURN_INTERRUPTED: True, names.VOICE_INTERRUPTION_SOURCE: source}
    if turn.spoken.stop_latency is not None:
        attributes[names.VOICE_INTERRUPTION_STOP_LATENCY] = turn.spoken.stop_latency
    unheard = turn.spoken.unheard()
    if unheard is not None:
        attributes[names.VOICE_INTERRUPTION_HEARD_DURATION] = unheard.heard
        attributes[names.VOICE_INTERRUPTION_UNHEARD_DURATION] = unheard.seconds
        if unheard.characters is not None:
            attributes[names.VOICE_INTERRUPTION_UNHEARD_CHARACTERS] = unheard.characters
    return attributes


def _shares(shares: Shares) -> Attributes:
    known: dict[str, float | None] = {
        names.VOICE_CONVERSATION_SPEECH_USER_DURATION: shares.user,
        names.VOICE_CONVERSATION_SPEECH_AGENT_DURATION: shares.agent,
        names.VOICE_CONVERSATION_OVERLAP_DURATION: shares.overlap,
        names.VOICE_CONVERSATION_DEAD_AIR_DURATION: shares.dead_air,
        names.VOICE_CONVERSATION_TALK_RATIO: shares.talk_ratio,
        names.VOICE_CONVERSATION_USER_WORDS_PER_MINUTE: shares.words_per_minute,
        names.VOICE_CONVERSATION_TIME_TO_FIRST_WORD: shares.first_word,
    }
    return {name: value for name, value in known.items() if value is not None}
