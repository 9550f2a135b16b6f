"""The wiring: one set of conversations for the process, and the telemetry that instrumentors and the API share."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from opentelemetry._logs import LoggerProvider
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import TracerProvider

from otel_voice.capture.operation import settle
from otel_voice.conversations import arrival
from otel_voice.conversations.model import Conversation, Turn
from otel_voice.conversations.states import Transition
from otel_voice.conversations.tracker import Conversations
from otel_voice.export import exit as process_exit
from otel_voice.export import policy
from otel_voice.export.telling import tell_once
from otel_voice.health.activity import ACTIVITY
from otel_voice.logs import context as log_context
from otel_voice.prices import prices
from otel_voice.privacy import unchecked
from otel_voice.settings import Settings, environment
from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import of_place
from otel_voice.telemetry.content import ContentPolicy
from otel_voice.telemetry.current import component
from otel_voice.telemetry.recorder import Recorder, Telemetry
from otel_voice.telemetry.unchecked import count as count_unchecked

if TYPE_CHECKING:
    from otel_voice.telemetry.program import Program


class Runtime:
    """What one process has of otel_voice. It listens to its conversations and hands on to the telemetry in use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        policy.use(settings, environment())
        unchecked.listen(count_unchecked)
        self.conversations = Conversations(self, settings.conversation_idle_timeout)
        self._prices, problems = prices.chosen(settings.prices)
        tell_once(environment(), problems)
        self._telemetry: Telemetry | None = None
        self._told: list[tuple[tuple[object, ...], Telemetry]] = []
        process_exit.before_flush(settle)
        process_exit.before_flush(self.conversations.close_all)
        log_context.register(self._log_context)
        ACTIVITY.open_calls = self.conversations.count
        ACTIVITY.event_loops = self
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.conversations.forget_all)
            os.register_at_fork(after_in_child=ACTIVITY.forget)

    def telemetry(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        logger_provider: LoggerProvider | None = None,
    ) -> Telemetry:
        """The signals of these providers, the global ones where None. Conversations follow the latest."""
        settings = self.settings
        providers = (tracer_provider, meter_provider, logger_provider)
        known = next((told for given, told in self._told if given == providers), None)
        self._telemetry = known or Telemetry(
            version=installed_version(),
            policy=ContentPolicy.of(settings.capture_content, settings.content_max_length),
            convention=settings.semconv,
            trace_scope=settings.trace_scope,
            prices=self._prices,
            tracer_provider=tracer_provider,
            meter_provider=meter_provider,
            logger_provider=logger_provider,
        )
        if known is None:
            self._told.append((providers, self._telemetry))
        return self._telemetry

    def program(self) -> Program:
        """What the program says in its own words, to whatever telemetry is in use."""
        return (self._telemetry or self.telemetry()).program

    def recorder(self, telemetry: Telemetry) -> Recorder:
        """The sink of an instrumentor."""
        return Recorder(telemetry, self.conversations, self.settings.infer_tools, ACTIVITY)

    def conversation_opened(self, conversation: Conversation) -> None:
        """Told by whatever telemetry is in use; the end is told by the same."""
        (self._telemetry or self.telemetry()).conversation_opened(conversation)

    def conversation_named(self, conversation: Conversation, channel: str | None) -> None:
        conversation.handle.telemetry.conversation_named(conversation, channel)

    def conversation_closed(self, conversation: Conversation) -> None:
        conversation.handle.telemetry.conversation_closed(conversation)
        ACTIVITY.call_ended(conversation.outcome.value if conversation.outcome else "completed", conversation.duration)

    def turn_started(self, turn: Turn) -> None:
        turn.conversation.handle.telemetry.turn_started(turn)

    def turn_answered(self, turn: Turn) -> None:
        turn.handle.telemetry.turn_answered(turn)

    def turn_ended(self, turn: Turn) -> None:
        if turn.process == os.getpid():  # a forked child has a copy of a turn that its parent ends
            turn.handle.telemetry.turn_ended(turn)
            ACTIVITY.turn_ended(turn.response_latency, turn.interrupted_by is not None)

    def state_changed(self, conversation: Conversation, transition: Transition) -> None:
        conversation.handle.telemetry.state_changed(conversation, transition)

    def fell_back(self, conversation: Conversation, reason: str) -> None:
        conversation.handle.telemetry.fell_back(conversation, reason)

    def retried(self, conversation: Conversation, reason: str) -> None:
        conversation.handle.telemetry.retried(conversation, reason)

    def event_loop_lagged(self, seconds: float) -> None:
        (self._telemetry or self.telemetry()).event_loops.lagged(seconds)

    def event_loop_blocked(self, seconds: float, thread: str, stack: str | None, untold: int) -> None:
        (self._telemetry or self.telemetry()).event_loops.blocked(seconds, thread, stack, untold)

    def _log_context(self) -> log_context.LogContext | None:
        place, part = self._log_place(), component()
        if part is None:
            return place
        stamped = {**(place.attributes if place is not None else {}), names.VOICE_COMPONENT: part}
        return log_context.LogContext(stamped) if place is None else replace(place, attributes=stamped)

    def _log_place(self) -> log_context.LogContext | None:
        conversation, arrived = self.conversations.find(), arrival.current.get()
        if conversation is None:
            return None if arrived is None else log_context.LogContext(dict(arrived.attributes))
        attributes = of_place(conversation, conversation.turn)
        if names.VOICE_CORRELATION_ID in conversation.attributes:  # of the connection that it is
            attributes[names.VOICE_CORRELATION_ID] = conversation.attributes[names.VOICE_CORRELATION_ID]
        if arrived is not None:
            attributes.update(arrived.attributes)
        if conversation.session_id is not None:
            attributes[names.SESSION_ID] = conversation.session_id
        if conversation.user_id is not None:
            attributes[names.USER_ID] = conversation.user_id
        told = (conversation.turn or conversation).handle
        span = told.span.get_span_context()
        return log_context.LogContext(attributes, span.trace_id, span.span_id)


_lock = threading.Lock()
_made: Runtime | None = None


def runtime() -> Runtime:
    """The runtime of this process, made when it is first needed; the lock is for the making alone."""
    return _made or _make()


def _make() -> Runtime:
    global _made
    with _lock:
        _made = _made or Runtime(Settings.from_env())
        return _made


def _renew() -> None:
    """In a forked child: a thread of the parent may have been making it."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


@cache
def installed_version() -> str:
    """The version of this package; 0 where it is not installed."""
    try:
        return version("otel-voice")
    except PackageNotFoundError:
        return "0"
