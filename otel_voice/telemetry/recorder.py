"""The sink: an operation starts, is current, and finishes; each step reaches conversation, span, metrics, events."""

from __future__ import annotations

import os
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry._logs import LoggerProvider, get_logger
from opentelemetry.context import Context
from opentelemetry.instrumentation.utils import is_instrumentation_enabled
from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.trace import INVALID_SPAN, Span, TracerProvider, get_tracer, set_span_in_context

from otel_voice.conversations.model import Conversation, Place, Turn
from otel_voice.conversations.states import Transition
from otel_voice.conversations.tracker import Conversations
from otel_voice.observation.agents import AgentRun
from otel_voice.observation.records import Inference, Operation, Outcome, ToolCall
from otel_voice.prices.prices import Prices
from otel_voice.telemetry import arrivals, names
from otel_voice.telemetry.attributes import Attributes, error_type, of_place
from otel_voice.telemetry.calls import Calls
from otel_voice.telemetry.content import ContentPolicy
from otel_voice.telemetry.event_loops import EventLoops
from otel_voice.telemetry.events import Events
from otel_voice.telemetry.metrics import BY_CONVENTION
from otel_voice.telemetry.said import heard
from otel_voice.telemetry.spans import BY_SCOPE, Spans
from otel_voice.telemetry.theirs import Held, is_whole_call, tells, tells_only_a_span, told_to_us

if TYPE_CHECKING:
    from otel_voice.telemetry.program import Program

SCOPE = "otel_voice"
PROGRAM = "otel_voice.program"
"""The scope of what the program says and our schema does not have."""
_making = threading.Lock()
_EXPECTED = otel_context.create_key("otel_voice.expected")
_TELLS_TOOLS = otel_context.create_key("otel_voice.tells_tools")
_TELLING = ("opentelemetry.sdk.", "otel_voice.telemetry.", "otel_voice.conversations.", "logging")


class Told:
    """A conversation or a turn as telemetry knows it: its span, the context it makes, and who tells its end."""

    __slots__ = ("context", "outer", "span", "telemetry")

    def __init__(self, span: Span, telemetry: Telemetry, outer: int = 0, around: Context | None = None) -> None:
        self.span = span
        self.context = set_span_in_context(span, around)
        self.telemetry = telemetry
        self.outer = outer
        """The id of the span that was current around the conversation."""


class Handle:
    """An operation as telemetry knows it."""

    __slots__ = ("attributes", "context", "foreign", "place", "span")

    def __init__(self, span: Span, context: Context, place: Place | None, attributes: Attributes) -> None:
        self.span = span
        self.context = context
        self.place = place
        self.attributes = attributes
        self.foreign = False
        """The span belongs to another instrumentation, which tells it; we only add what it lacks."""


class Expected(Handle):
    """An operation whose SDK makes the span, inside of the call. Until then there is only the place it will have."""

    __slots__ = ("around", "held", "record")

    def __init__(self, record: Operation, around: Context, place: Place | None, attributes: Attributes) -> None:
        super().__init__(INVALID_SPAN, otel_context.set_value(_EXPECTED, self, around), place, attributes)
        self.around = around
        self.record = record
        self.held: Held | None = None

    def found(self, span: Span) -> None:
        """This is the span, or stands for it."""
        self.span = span
        self.context = set_span_in_context(span, self.around)

    def holds(self, span: Span) -> None:
        """The SDK's span was made. Some make one for each try; the last is the one that answers."""
        if self.held is not None:
            self.held.release()
        self.found(span)
        self.foreign = True
        self.held = Held(span)
        span.set_attribute(names.VOICE_TELEMETRY_OWNER, SCOPE)
        span.set_attributes(self.attributes)


class Telemetry:
    """The signals of one set of providers."""

    def __init__(
        self,
        *,
        version: str,
        policy: ContentPolicy,
        convention: str = "old",
        trace_scope: str = "conversation",
        prices: Prices | None = None,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        logger_provider: LoggerProvider | None = None,
    ) -> None:
        tracer = get_tracer(SCOPE, version, tracer_provider)
        meter = get_meter(SCOPE, version, meter_provider)
        logger = get_logger(SCOPE, version, logger_provider)
        self.policy = policy
        self.prices = prices
        self.spans = Spans(tracer, policy)
        self.conversations = BY_SCOPE[trace_scope](tracer)
        self.metrics = BY_CONVENTION[convention](meter)
        self.events = Events(logger, policy)
        self.event_loops = EventLoops(meter, self.events)
        self._signals = tracer, meter, logger, get_logger(PROGRAM, version, logger_provider)
        self._program: Program | None = None

    @property
    def program(self) -> Program:
        """What the program says in its own words; made when it says something."""
        if self._program is None:
            from otel_voice.telemetry.program import Program

            with _making:
                self._program = self._program or Program(*self._signals)
        return self._program

    def conversation_opened(self, conversation: Conversation) -> None:
        """Start the root span."""
        around = arrivals.around()
        outer = trace.get_current_span(around).get_span_context().span_id
        span = self.conversations.conversation(conversation, around)
        told = conversation.handle = Told(span, self, outer, around)
        self.metrics.conversation_opened(conversation)
        self.events.conversation_opened(conversation, told.context)

    def conversation_named(self, conversation: Conversation, channel: str | None) -> None:
        """Say on the root span what is known only now."""
        self.conversations.named(conversation.handle.span, conversation)
        self.metrics.conversation_named(conversation, channel)

    def conversation_closed(self, conversation: Conversation) -> None:
        """End the root span."""
        told: Told = conversation.handle
        self.metrics.conversation_closed(conversation, told.context)
        self.events.conversation_closed(conversation, told.context)
        self.conversations.end_conversation(told.span, conversation)

    def turn_started(self, turn: Turn) -> None:
        """Start a turn's span."""
        turn.handle = Told(self.conversations.turn(turn, turn.conversation.handle.span), self)

    def turn_answered(self, turn: Turn) -> None:
        """Record what the caller felt."""
        self.metrics.turn_answered(turn, turn.handle.context)

    def turn_ended(self, turn: Turn) -> None:
        """End a turn's span."""
        told: Told = turn.handle
        self.metrics.turn_ended(turn, told.context)
        self.conversations.stages(turn)
        if self.policy.on_spans:
            told.span.set_attributes(heard(turn, self.policy))
        attributes = self.conversations.end_turn(told.span, turn)
        self.events.turn_ended(turn, attributes, told.context)

    def state_changed(self, conversation: Conversation, transition: Transition) -> None:
        """Count a move of the dialogue, and how long it stood where it was."""
        self.metrics.state_changed(transition, conversation.handle.context)

    def fell_back(self, conversation: Conversation, reason: str) -> None:
        """Count a fallback."""
        self.metrics.fell_back(conversation, reason, conversation.handle.context)

    def retried(self, conversation: Conversation, reason: str) -> None:
        """Count a retry."""
        self.metrics.retried(conversation, reason, conversation.handle.context)


class Watcher(Protocol):
    """Who hears of operations beside telemetry. May be called in a finalizer: it waits for no lock and never raises."""

    def operation_started(self) -> None:
        """One starts here, on this thread."""

    def operation_ended(self, provider: str, error: str | None) -> None:
        """One ended; `error` is the type of its failure."""


class Recorder:
    """What capture sees of telemetry: its Sink."""

    def __init__(
        self,
        telemetry: Telemetry,
        conversations: Conversations,
        infer_tools: bool = True,
        watcher: Watcher | None = None,
    ) -> None:
        self._watcher = watcher
        self._telemetry = telemetry
        self._conversations = conversations
        self._infer_tools = infer_tools
        self.wants_content = telemetry.policy.wanted
        self.calls = Calls(conversations)

    def enabled(self) -> bool:
        """False while OpenTelemetry's instrumentation is suppressed."""
        return is_instrumentation_enabled()

    def inside(self) -> bool:
        """Whether OpenTelemetry or our own telling is on this thread's stack; either may hold a lock."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_globals.get("__name__", "").startswith(_TELLING):
                return True
            frame = frame.f_back
        return False

    def start(self, record: Operation) -> Handle:
        """Find the operation's place and start its span."""
        if self._watcher is not None:
            self._watcher.operation_started()
        current = trace.get_current_span()
        if self._infer_tools and isinstance(record, Inference) and record.tool_results:
            self._tell_tools(record, current)
        place = self._conversations.begin(record, current.get_span_context().trace_id)
        told = tells(current, record, SCOPE)
        theirs = _frameworks(current if told else None, record, place)
        if theirs is not None:
            return self._complete(theirs, record, place)
        if told:
            return self._enrich(current, record, place)
        attributes = of_place(place.conversation, place.turn) if place is not None else arrivals.ids()
        parent = _parent(current, place) if place is not None else arrivals.parent(current)
        if record.told_by_sdk:
            return Expected(record, parent or otel_context.get_current(), place, attributes)
        span = self._telemetry.spans.start(record, attributes, parent)
        return Handle(span, _inside(record, set_span_in_context(span)), place, attributes)

    def enter(self, handle: Handle) -> Any:
        """Make the operation's span current."""
        return handle.context, otel_context.attach(handle.context)

    def leave(self, token: Any) -> None:
        """Give back what was current. In another context than it was entered in, there is nothing to give back."""
        entered, attached = token
        if otel_context.get_current() is entered:
            otel_context.detach(attached)

    def told_here(self, telling: Any = None) -> None:
        """Take the span that the SDK has just made of the current operation."""
        handle = otel_context.get_value(_EXPECTED)
        if not isinstance(handle, Expected):
            return
        span = telling if isinstance(telling, Span) else trace.get_current_span()
        known = span is telling and span.is_recording()
        turn = None if handle.place is None else handle.place.turn.handle.span
        if (known or tells(span, handle.record, SCOPE)) and told_to_us(span, turn):
            handle.holds(span)

    def first_chunk(self, handle: Handle, record: Operation) -> None:
        """Tell the turn that the first chunk was heard."""
        if handle.place is not None:
            self._conversations.first_chunk(handle.place, record)

    def finish(self, handle: Handle, record: Operation) -> None:
        """End the span, record the metrics, tell the turn."""
        if record.error is not None and record.error_type is None:
            record.error_type = type(record.error).__qualname__
        if self._watcher is not None:
            failed = record.outcome is Outcome.FAILED
            self._watcher.operation_ended(record.provider, error_type(record) if failed else None)
        if self._telemetry.prices is not None:
            self._telemetry.prices.price(record)
        if isinstance(handle, Expected):
            self._finish_expected(handle, record)
        elif handle.foreign:
            self._telemetry.metrics.cost(record, handle.context)
            if handle.span.is_recording():
                self._telemetry.spans.enrich(handle.span, record)
        else:
            self._tell(handle, record)
            self._telemetry.spans.finish(handle.span, record)
        if isinstance(record, Inference) and (record.finish_reasons or record.tool_calls):
            self._conversations.tools.asked(record, handle.place)
        if handle.place is not None:
            self._conversations.end(handle.place, record)

    def session_opened(self) -> Conversation:
        """A speech-to-text stream joins or opens its conversation."""
        return self._conversations.session_opened(trace.get_current_span().get_span_context().trace_id)

    def held_here(self, conversation: Conversation) -> None:
        """The running task or thread reads this conversation's stream."""
        self._conversations.held_here(conversation)

    def session_closed(self, conversation: Conversation) -> None:
        """A speech-to-text stream closed."""
        self._conversations.session_closed(conversation)

    def _finish_expected(self, handle: Expected, record: Operation) -> None:
        """The SDK's span tells nothing but itself: metrics and events are ours. Without one, so is the span."""
        if handle.held is None:
            handle.found(self._telemetry.spans.start(record, handle.attributes, handle.around))
        self._tell(handle, record)
        if handle.held is None:
            self._telemetry.spans.finish(handle.span, record)
            return
        try:
            if handle.span.is_recording():
                self._telemetry.spans.complete(handle.span, record)
        finally:
            handle.held.settle(record)

    def _tell(self, handle: Handle, record: Operation) -> None:
        self._telemetry.metrics.operation(record, handle.context)
        self._telemetry.events.operation(record, handle.attributes, handle.context)

    def _enrich(self, span: Span, record: Operation, place: Place | None) -> Handle:
        span.set_attribute(names.VOICE_TELEMETRY_OWNER, SCOPE)
        attributes = of_place(place.conversation, place.turn) if place is not None else {}
        span.set_attributes(attributes)
        handle = Handle(span, _inside(record, otel_context.get_current()), place, attributes)
        handle.foreign = True
        return handle

    def _complete(self, span: Span, record: Operation, place: Place | None) -> Handle:
        """The span is the framework's, and all else is ours."""
        attributes = of_place(place.conversation, place.turn) if place is not None else {}
        handle = Expected(record, otel_context.get_current(), place, attributes)
        handle.holds(span)
        return handle

    def _tell_tools(self, record: Inference, current: Span) -> None:
        conversation = record.conversation or self._conversations.find(current.get_span_context().trace_id)
        here = None if conversation is None else conversation.id
        told = otel_context.get_value(_TELLS_TOOLS)
        for execution, asked_in in self._conversations.tools.answered(record, here):
            if told:
                continue
            place = asked_in if asked_in is not None and not asked_in.conversation.closed else None
            attributes = of_place(place.conversation, place.turn) if place is not None else {}
            parent = place.turn.handle.context if place is not None else None
            span = self._telemetry.spans.start(execution, attributes, parent)
            self._telemetry.events.operation(execution, attributes, set_span_in_context(span))
            self._telemetry.spans.finish(span, execution)


def _renew() -> None:
    """In a forked child: a thread of the parent may have held it."""
    global _making
    _making = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


def _frameworks(told: Span | None, record: Operation, place: Place | None) -> Span | None:
    """The span that a framework has made of this operation, and of which it tells nothing more."""
    if told is None:
        if place is None or place.conversation.telling is None:
            return None
        told = place.conversation.telling(record)
    turn = None if place is None else place.turn.handle.span
    theirs = told is not None and told.is_recording() and tells_only_a_span(told) and told_to_us(told, turn)
    return told if theirs else None


def _inside(record: Operation, context: Context) -> Context:
    """What is current in an operation: a run of an agent tells the tools that its model asks for, a tool does not."""
    if isinstance(record, AgentRun | ToolCall):
        return otel_context.set_value(_TELLS_TOOLS, isinstance(record, AgentRun), context)
    return context


def _parent(current: Span, place: Place) -> Context | None:
    """The turn; or the program's own span, when it has put one around the call."""
    context = current.get_span_context()
    conversation: Told = place.conversation.handle
    turn: Told = place.turn.handle
    if context.is_valid:
        ours = (conversation.outer, conversation.span.get_span_context().span_id, turn.span.get_span_context().span_id)
        if context.span_id not in ours and not is_whole_call(current):
            return None
    return set_span_in_context(turn.span)
