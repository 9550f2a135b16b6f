"""What comes in from outside, as telemetry knows it: the caller's trace and ids, and the conversation that it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextvars import Token
from functools import lru_cache

from opentelemetry import baggage, propagate, trace
from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, set_span_in_context

from otel_voice.conversations import arrival, carry, tracker
from otel_voice.conversations.arrival import Arrival
from otel_voice.conversations.model import Conversation, ConversationOutcome
from otel_voice.observation import clock
from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import Attributes
from otel_voice.telemetry.redaction import redact

Headers = Callable[[str], Sequence[str]]
"""All values of the header of a name, which is in lower case."""

CONVERSATION_ID, CORRELATION_ID, REQUEST_ID = "x-conversation-id", "x-correlation-id", "x-request-id"
_LIST = "baggage"
_LONGEST = 8192
"""Characters of a header of the caller's trace; W3C's bound for baggage, the longest of them."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+=/~-]{0,127}")
_VISIBLE = re.compile(r"[\x20-\x7e\t]*")
_MESSAGE_SPANS = (" websocket send", " websocket receive")


class Arrivals:
    """What is served now: connections, and requests."""

    def __init__(self, conversations: tracker.Conversations) -> None:
        self._conversations = conversations

    @staticmethod
    def inside() -> bool:
        """Whether what is called here is a part of something that is served already."""
        arrived = arrival.current.get()
        return arrived is not None and not arrived.ended

    @staticmethod
    def of(headers: Headers) -> Arrival:
        """What comes in with these headers. Those that nobody should believe are passed over."""
        arrived = Arrival(_id(headers(CONVERSATION_ID)), _id(headers(CORRELATION_ID)), _id(headers(REQUEST_ID)))
        arrived.attributes = {
            names.VOICE_CORRELATION_ID: arrived.correlation_id,
            names.VOICE_INBOUND_REQUEST_ID: arrived.request_id,
        }
        for name in _fields(propagate.get_global_textmap()):
            value = _field(name, headers(name.lower()))
            if value is not None:
                arrived.remote[name] = value
        return arrived

    def join(self, arrived: Arrival) -> None:
        """A request takes part in the open conversation that it names, if it names one."""
        if arrived.conversation_id is not None:
            self._conversations.join(arrived)

    def open(self, arrived: Arrival) -> Opened:
        """The conversation of a connection begins, and is current from here on."""
        carry.into_threads()
        return Opened(self._conversations.open_for(arrived))

    def carries(self, conversation: Conversation, call: str, stream: str) -> None:
        """A connection carries this call of a telephone, which names it where nothing else does."""
        attributes = {names.VOICE_TELEPHONY_CALL_ID: call, names.VOICE_TELEPHONY_STREAM_ID: stream}
        conversation.attributes.update(attributes)
        conversation.handle.span.set_attributes(attributes)
        self._conversations.rename(conversation, call)

    def end(self, arrived: Arrival, *, failed: bool) -> None:
        """The connection or the request is over, and so is the conversation that began with it."""
        arrived.ended = True
        if arrived.own is not None and not arrived.own.closed:
            arrived.own.touch(clock.now())
            self._conversations.close(arrived.own, ConversationOutcome.FAILED if failed else None)


class Opened:
    """A conversation that was made current, to be taken back where that is still possible."""

    __slots__ = ("_attached", "_named", "conversation")

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self._named: Token[Conversation | None] = tracker.current.set(conversation)
        self._attached = otel_context.attach(conversation.handle.context)

    def leave(self) -> None:
        """Give back what was current; in another context than it was made current in, there is nothing to give back."""
        if otel_context.get_current() is self.conversation.handle.context:
            otel_context.detach(self._attached)
        if tracker.current.get() is self.conversation:
            tracker.current.reset(self._named)

    @property
    def trace(self) -> str | None:
        """The header by which W3C's Trace Context tells a caller of the trace that it is in."""
        span: SpanContext = self.conversation.handle.span.get_span_context()
        if not span.is_valid:
            return None
        return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"


def around() -> Context | None:
    """What a conversation begins in: the span of the server, or else the caller's; None is the current context."""
    current = trace.get_current_span()
    if not current.get_span_context().is_valid:
        return _remote()
    outer = getattr(current, "parent", None)
    # Some instrumentations make a span of each message; around it is that of the connection.
    if outer is not None and getattr(current, "name", "").endswith(_MESSAGE_SPANS):
        return set_span_in_context(NonRecordingSpan(outer))
    return None


def parent(current: Span) -> Context | None:
    """What an operation that belongs to no conversation begins in."""
    return None if current.get_span_context().is_valid else _remote()


def ids() -> Attributes:
    """What is known of an operation that belongs to no conversation."""
    arrived = _here()
    return {} if arrived is None else dict(arrived.attributes)


def _here() -> Arrival | None:
    arrived = arrival.current.get()
    return None if arrived is None or arrived.ended else arrived


def _remote() -> Context | None:
    arrived = _here()
    if arrived is None or not arrived.remote:
        return None
    context = propagate.extract(arrived.remote, otel_context.get_current())
    for name, value in baggage.get_all(context).items():
        if not (_VISIBLE.fullmatch(name) and _VISIBLE.fullmatch(str(value))):
            context = baggage.remove_baggage(name, context)
    return context


@lru_cache(maxsize=8)
def _fields(propagator: TextMapPropagator) -> tuple[str, ...]:
    """The headers that a propagator reads."""
    return tuple(sorted(propagator.fields))


def _id(values: Sequence[str]) -> str | None:
    """An id that may be told; not one that looks like a number to call, an address or a key."""
    if len(values) != 1 or _ID.fullmatch(values[0]) is None or redact(values[0]) != values[0]:
        return None
    return values[0]


def _field(name: str, values: Sequence[str]) -> str | None:
    """A header of the caller's trace; only lists may come in parts."""
    if not values or (len(values) > 1 and name.lower() not in (_LIST, "tracestate")):
        return None
    value = ",".join(values)
    return value if len(value) <= _LONGEST and _VISIBLE.fullmatch(value) else None
