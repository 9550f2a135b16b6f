"""Important moments as log events, correlated with their span."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.context import Context

from otel_voice.conversations.model import Conversation, Turn
from otel_voice.observation import clock
from otel_voice.observation.records import Operation, Outcome, Step
from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import Attributes, at_start, error_type, of_place
from otel_voice.telemetry.content import ContentPolicy
from otel_voice.telemetry.failing import exception
from otel_voice.telemetry.said import heard, said


class Events:
    """Emits the events of the schema."""

    def __init__(self, logger: Logger, policy: ContentPolicy) -> None:
        self._logger = logger
        self._policy = policy

    def emit(self, name: str, body: str, attributes: Mapping[str, Any], context: Context | None) -> None:
        """Emit one event; severity and category are the schema's."""
        declared = names.EVENTS[name]
        self._logger.emit(
            LogRecord(
                timestamp=clock.unix(),
                context=context,
                severity_number=SeverityNumber[declared.severity],
                severity_text=declared.severity,
                body=body,
                attributes={**attributes, names.VOICE_LOG_CATEGORY: declared.category},
                event_name=name,
            )
        )

    def operation(self, record: Operation, place: Mapping[str, Any], context: Context) -> None:
        """A failure, and the content when it is to go on events."""
        if record.outcome is Outcome.FAILED and not isinstance(record, Step):
            self._failure(record, place, context)
        if self._policy.on_events:
            self._details(record, place, context)

    def _failure(self, record: Operation, place: Mapping[str, Any], context: Context) -> None:
        attributes = {
            **at_start(record),
            **place,
            names.ERROR_TYPE: error_type(record),
            **exception(record, self._policy),
        }
        message = attributes.get(names.EXCEPTION_MESSAGE) or error_type(record)
        body = f"{record.provider} {record.operation} failed: {message}"
        self.emit(names.EVENT_GEN_AI_CLIENT_OPERATION_EXCEPTION, body, attributes, context)

    def _details(self, record: Operation, place: Mapping[str, Any], context: Context) -> None:
        content = said(record, self._policy)
        if not content:
            return
        attributes = {**at_start(record), **place, **content}
        self.emit(names.EVENT_GEN_AI_CLIENT_INFERENCE_OPERATION_DETAILS, "", attributes, context)

    def conversation_opened(self, conversation: Conversation, context: Context) -> None:
        """A conversation began."""
        attributes = {**of_place(conversation, None), names.VOICE_CONVERSATION_ORIGIN: conversation.origin.value}
        self.emit(names.EVENT_VOICE_CONVERSATION_STARTED, "conversation started", attributes, context)

    def conversation_closed(self, conversation: Conversation, context: Context) -> None:
        """A conversation was hung up."""
        attributes: Attributes = {
            **of_place(conversation, None),
            names.VOICE_CONVERSATION_OUTCOME: conversation.outcome.value if conversation.outcome else "completed",
            names.VOICE_CONVERSATION_TURNS: conversation.turns,
        }
        if conversation.states.last is not None:
            attributes[names.VOICE_STATE_NAME] = conversation.states.last
        if conversation.spent.usd is not None:
            attributes[names.VOICE_COST] = conversation.spent.usd
        self.emit(names.EVENT_VOICE_CONVERSATION_ENDED, "conversation ended", attributes, context)

    def turn_ended(self, turn: Turn, attributes: Mapping[str, Any], context: Context) -> None:
        """A turn is over."""
        latency = turn.response_latency
        body = f"turn {turn.index} completed"
        if latency is not None:
            body += f", response after {latency:.3f} s"
        content = heard(turn, self._policy) if self._policy.on_events else {}
        self.emit(names.EVENT_VOICE_TURN_COMPLETED, body, {**attributes, **content}, context)
