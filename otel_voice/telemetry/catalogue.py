"""Generated from otel_voice/schema by `make docs`; do not edit. What a program may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from otel_voice.telemetry import names


class Said(NamedTuple):
    """An event of the catalogue.

    `fields` are its keywords and the attributes that they become; `metrics` what is derived from it: a metric, and
    the attribute that is its value, empty to count one.
    """

    fields: Mapping[str, str]
    constants: Mapping[str, str]
    metrics: Mapping[str, str]


NUMBERS: Final[Mapping[str, type[int] | type[float]]] = {
    names.VOICE_TIMER_DURATION: float,
    names.VOICE_INTEGRATION_DURATION: float,
    names.VOICE_TOOL_DURATION: float,
    names.VOICE_MESSAGE_LENGTH: int,
    names.VOICE_CONVERSATION_FIRST_RESPONSE_DURATION: float,
    names.VOICE_CONVERSATION_RESOLUTION_DURATION: float,
    names.VOICE_QUEUE_DEPTH: int,
    names.VOICE_QUEUE_WAIT_DURATION: float,
    names.VOICE_AGENT_LOAD: int,
    names.VOICE_QUALIFICATION_SCORE: float,
    names.VOICE_SENTIMENT_SCORE: float,
    names.VOICE_CSAT_SCORE: float,
    names.VOICE_LANGUAGE_CONFIDENCE: float,
    names.VOICE_ALERT_VALUE: float,
    names.VOICE_ALERT_THRESHOLD: float,
    names.VOICE_ALERT_SUPPRESSED: int,
}
"""The attributes that are numbers; all others are texts."""

VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    names.VOICE_INTEGRATION_OUTCOME: (
        "success",
        "failure",
        "timeout",
        "cancelled",
    ),
    names.VOICE_INTEGRATION_CIRCUIT_STATE: (
        "closed",
        "half_open",
        "open",
    ),
    names.VOICE_TOOL_OUTCOME: (
        "success",
        "failure",
        "denied",
        "confirmation_required",
        "cancelled",
    ),
    names.VOICE_MESSAGE_DIRECTION: (
        "inbound",
        "outbound",
    ),
    names.VOICE_MESSAGE_STATUS: (
        "received",
        "sent",
        "delivered",
        "failed",
    ),
    names.VOICE_CONVERSATION_STATUS: (
        "created",
        "assigned",
        "transferred",
        "closed",
        "reopened",
    ),
    names.VOICE_AUTH_ACTION: (
        "login",
        "logout",
        "permission_check",
    ),
    names.VOICE_AUTH_OUTCOME: (
        "success",
        "failure",
        "denied",
    ),
    names.VOICE_APPOINTMENT_STATUS: (
        "booked",
        "rescheduled",
        "cancelled",
        "missed",
        "completed",
    ),
    names.VOICE_HANDOFF_STATUS: (
        "requested",
        "completed",
        "failed",
    ),
    names.VOICE_SENTIMENT_LABEL: (
        "positive",
        "neutral",
        "negative",
        "mixed",
    ),
    names.VOICE_ALERT_SEVERITY: (
        "critical",
        "warning",
        "info",
    ),
}
"""The attributes of which all values are declared."""

CATALOGUE: Final[Mapping[str, Said]] = {
    names.EVENT_VOICE_TIMER_COMPLETED: Said(
        fields={
            "timer": names.VOICE_TIMER_NAME,
            "duration": names.VOICE_TIMER_DURATION,
            "error": names.ERROR_TYPE,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_TIMER_DURATION: names.VOICE_TIMER_DURATION,
        },
    ),
    names.EVENT_EXCEPTION: Said(
        fields={
            "error": names.ERROR_TYPE,
            "exception_type": names.EXCEPTION_TYPE,
            "exception_message": names.EXCEPTION_MESSAGE,
            "exception_stacktrace": names.EXCEPTION_STACKTRACE,
            "component": names.VOICE_COMPONENT,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_ERRORS: "",
        },
    ),
    names.EVENT_VOICE_INTEGRATION_REQUEST: Said(
        fields={
            "adapter": names.VOICE_INTEGRATION_ADAPTER,
            "operation": names.VOICE_INTEGRATION_OPERATION,
        },
        constants={},
        metrics={},
    ),
    names.EVENT_VOICE_INTEGRATION_SUCCESS: Said(
        fields={
            "adapter": names.VOICE_INTEGRATION_ADAPTER,
            "operation": names.VOICE_INTEGRATION_OPERATION,
            "duration": names.VOICE_INTEGRATION_DURATION,
        },
        constants={
            names.VOICE_INTEGRATION_OUTCOME: "success",
        },
        metrics={
            names.METRIC_VOICE_INTEGRATION_REQUESTS: "",
            names.METRIC_VOICE_INTEGRATION_DURATION: names.VOICE_INTEGRATION_DURATION,
        },
    ),
    names.EVENT_VOICE_INTEGRATION_FAILURE: Said(
        fields={
            "adapter": names.VOICE_INTEGRATION_ADAPTER,
            "operation": names.VOICE_INTEGRATION_OPERATION,
            "duration": names.VOICE_INTEGRATION_DURATION,
            "error": names.ERROR_TYPE,
            "exception_type": names.EXCEPTION_TYPE,
            "exception_message": names.EXCEPTION_MESSAGE,
            "exception_stacktrace": names.EXCEPTION_STACKTRACE,
        },
        constants={
            names.VOICE_INTEGRATION_OUTCOME: "failure",
        },
        metrics={
            names.METRIC_VOICE_INTEGRATION_REQUESTS: "",
            names.METRIC_VOICE_INTEGRATION_DURATION: names.VOICE_INTEGRATION_DURATION,
        },
    ),
    names.EVENT_VOICE_INTEGRATION_TIMEOUT: Said(
        fields={
            "adapter": names.VOICE_INTEGRATION_ADAPTER,
            "operation": names.VOICE_INTEGRATION_OPERATION,
            "duration": names.VOICE_INTEGRATION_DURATION,
            "error": names.ERROR_TYPE,
            "exception_type": names.EXCEPTION_TYPE,
            "exception_message": names.EXCEPTION_MESSAGE,
            "exception_stacktrace": names.EXCEPTION_STACKTRACE,
        },
        constants={
            names.VOICE_INTEGRATION_OUTCOME: "timeout",
        },
        metrics={
            names.METRIC_VOICE_INTEGRATION_REQUESTS: "",
            names.METRIC_VOICE_INTEGRATION_DURATION: names.VOICE_INTEGRATION_DURATION,
        },
    ),
    names.EVENT_VOICE_INTEGRATION_CANCELLED: Said(
        fields={
            "adapter": names.VOICE_INTEGRATION_ADAPTER,
            "operation": names.VOICE_INTEGRATION_OPERATION,
            "duration": names.VOICE_INTEGRATION_DURATION,
        },
        constants={
            names.VOICE_INTEGRATION_OUTCOME: "cancelled",
        },
        metrics={
            names.METRIC_VOICE_INTEGRATION_REQUESTS: "",
            names.METRIC_VOICE_INTEGRATION_DURATION: names.VOICE_INTEGRATION_DURATION,
        },
    ),
    names.EVENT_VOICE_INTEGRATION_CIRCUIT: Said(
        fields={
            "adapter": names.VOICE_INTEGRATION_ADAPTER,
            "state": names.VOICE_INTEGRATION_CIRCUIT_STATE,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_INTEGRATION_CIRCUIT: names.VOICE_INTEGRATION_CIRCUIT_STATE,
        },
    ),
    names.EVENT_VOICE_TOOL_CALLED: Said(
        fields={
            "tool": names.GEN_AI_TOOL_NAME,
            "call_id": names.GEN_AI_TOOL_CALL_ID,
        },
        constants={},
        metrics={},
    ),
    names.EVENT_VOICE_TOOL_SUCCESS: Said(
        fields={
            "tool": names.GEN_AI_TOOL_NAME,
            "call_id": names.GEN_AI_TOOL_CALL_ID,
            "duration": names.VOICE_TOOL_DURATION,
        },
        constants={
            names.VOICE_TOOL_OUTCOME: "success",
        },
        metrics={
            names.METRIC_VOICE_TOOL_CALLS: "",
            names.METRIC_VOICE_TOOL_DURATION: names.VOICE_TOOL_DURATION,
        },
    ),
    names.EVENT_VOICE_TOOL_FAILURE: Said(
        fields={
            "tool": names.GEN_AI_TOOL_NAME,
            "call_id": names.GEN_AI_TOOL_CALL_ID,
            "duration": names.VOICE_TOOL_DURATION,
            "error": names.ERROR_TYPE,
            "exception_type": names.EXCEPTION_TYPE,
            "exception_message": names.EXCEPTION_MESSAGE,
            "exception_stacktrace": names.EXCEPTION_STACKTRACE,
        },
        constants={
            names.VOICE_TOOL_OUTCOME: "failure",
        },
        metrics={
            names.METRIC_VOICE_TOOL_CALLS: "",
            names.METRIC_VOICE_TOOL_DURATION: names.VOICE_TOOL_DURATION,
        },
    ),
    names.EVENT_VOICE_TOOL_DENIED: Said(
        fields={
            "tool": names.GEN_AI_TOOL_NAME,
            "call_id": names.GEN_AI_TOOL_CALL_ID,
            "duration": names.VOICE_TOOL_DURATION,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_TOOL_OUTCOME: "denied",
        },
        metrics={
            names.METRIC_VOICE_TOOL_CALLS: "",
            names.METRIC_VOICE_TOOL_DURATION: names.VOICE_TOOL_DURATION,
        },
    ),
    names.EVENT_VOICE_TOOL_CONFIRMATION_REQUIRED: Said(
        fields={
            "tool": names.GEN_AI_TOOL_NAME,
            "call_id": names.GEN_AI_TOOL_CALL_ID,
            "duration": names.VOICE_TOOL_DURATION,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_TOOL_OUTCOME: "confirmation_required",
        },
        metrics={
            names.METRIC_VOICE_TOOL_CALLS: "",
            names.METRIC_VOICE_TOOL_DURATION: names.VOICE_TOOL_DURATION,
        },
    ),
    names.EVENT_VOICE_TOOL_CANCELLED: Said(
        fields={
            "tool": names.GEN_AI_TOOL_NAME,
            "call_id": names.GEN_AI_TOOL_CALL_ID,
            "duration": names.VOICE_TOOL_DURATION,
        },
        constants={
            names.VOICE_TOOL_OUTCOME: "cancelled",
        },
        metrics={
            names.METRIC_VOICE_TOOL_CALLS: "",
            names.METRIC_VOICE_TOOL_DURATION: names.VOICE_TOOL_DURATION,
        },
    ),
    names.EVENT_VOICE_CONVERSATION_CREATED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "direction": names.VOICE_CONVERSATION_DIRECTION,
        },
        constants={
            names.VOICE_CONVERSATION_STATUS: "created",
        },
        metrics={
            names.METRIC_VOICE_CONVERSATION_CHANGES: "",
        },
    ),
    names.EVENT_VOICE_CONVERSATION_ASSIGNED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "assignee": names.VOICE_ASSIGNEE_ID,
        },
        constants={
            names.VOICE_CONVERSATION_STATUS: "assigned",
        },
        metrics={
            names.METRIC_VOICE_CONVERSATION_CHANGES: "",
        },
    ),
    names.EVENT_VOICE_CONVERSATION_TRANSFERRED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "from_team": names.VOICE_TEAM_PREVIOUS,
            "assignee": names.VOICE_ASSIGNEE_ID,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_CONVERSATION_STATUS: "transferred",
        },
        metrics={
            names.METRIC_VOICE_CONVERSATION_CHANGES: "",
        },
    ),
    names.EVENT_VOICE_CONVERSATION_CLOSED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "resolution": names.VOICE_CONVERSATION_RESOLUTION,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_CONVERSATION_STATUS: "closed",
        },
        metrics={
            names.METRIC_VOICE_CONVERSATION_CHANGES: "",
        },
    ),
    names.EVENT_VOICE_CONVERSATION_REOPENED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_CONVERSATION_STATUS: "reopened",
        },
        metrics={
            names.METRIC_VOICE_CONVERSATION_CHANGES: "",
        },
    ),
    names.EVENT_VOICE_CONVERSATION_FIRST_RESPONSE: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "duration": names.VOICE_CONVERSATION_FIRST_RESPONSE_DURATION,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_CONVERSATION_FIRST_RESPONSE_DURATION: names.VOICE_CONVERSATION_FIRST_RESPONSE_DURATION,
        },
    ),
    names.EVENT_VOICE_CONVERSATION_RESOLVED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "duration": names.VOICE_CONVERSATION_RESOLUTION_DURATION,
            "resolution": names.VOICE_CONVERSATION_RESOLUTION,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_CONVERSATION_RESOLUTION_DURATION: names.VOICE_CONVERSATION_RESOLUTION_DURATION,
        },
    ),
    names.EVENT_VOICE_QUEUE_DEPTH: Said(
        fields={
            "queue": names.VOICE_QUEUE_NAME,
            "depth": names.VOICE_QUEUE_DEPTH,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_QUEUE_DEPTH: names.VOICE_QUEUE_DEPTH,
        },
    ),
    names.EVENT_VOICE_QUEUE_WAIT: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "queue": names.VOICE_QUEUE_NAME,
            "duration": names.VOICE_QUEUE_WAIT_DURATION,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_QUEUE_WAIT_DURATION: names.VOICE_QUEUE_WAIT_DURATION,
        },
    ),
    names.EVENT_VOICE_AGENT_LOAD: Said(
        fields={
            "agent": names.VOICE_AGENT_NAME,
            "team": names.VOICE_TEAM_NAME,
            "open": names.VOICE_AGENT_LOAD,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_AGENT_LOAD: names.VOICE_AGENT_LOAD,
        },
    ),
    names.EVENT_VOICE_MESSAGE_RECEIVED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "message_id": names.VOICE_MESSAGE_ID,
            "direction": names.VOICE_MESSAGE_DIRECTION,
            "channel": names.VOICE_MESSAGE_CHANNEL,
            "length": names.VOICE_MESSAGE_LENGTH,
        },
        constants={
            names.VOICE_MESSAGE_STATUS: "received",
        },
        metrics={
            names.METRIC_VOICE_MESSAGES: "",
        },
    ),
    names.EVENT_VOICE_MESSAGE_SENT: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "message_id": names.VOICE_MESSAGE_ID,
            "direction": names.VOICE_MESSAGE_DIRECTION,
            "channel": names.VOICE_MESSAGE_CHANNEL,
            "length": names.VOICE_MESSAGE_LENGTH,
        },
        constants={
            names.VOICE_MESSAGE_STATUS: "sent",
        },
        metrics={
            names.METRIC_VOICE_MESSAGES: "",
        },
    ),
    names.EVENT_VOICE_MESSAGE_DELIVERED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "message_id": names.VOICE_MESSAGE_ID,
            "direction": names.VOICE_MESSAGE_DIRECTION,
            "channel": names.VOICE_MESSAGE_CHANNEL,
            "length": names.VOICE_MESSAGE_LENGTH,
        },
        constants={
            names.VOICE_MESSAGE_STATUS: "delivered",
        },
        metrics={
            names.METRIC_VOICE_MESSAGES: "",
        },
    ),
    names.EVENT_VOICE_MESSAGE_FAILED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "message_id": names.VOICE_MESSAGE_ID,
            "direction": names.VOICE_MESSAGE_DIRECTION,
            "channel": names.VOICE_MESSAGE_CHANNEL,
            "length": names.VOICE_MESSAGE_LENGTH,
            "error": names.ERROR_TYPE,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_MESSAGE_STATUS: "failed",
        },
        metrics={
            names.METRIC_VOICE_MESSAGES: "",
        },
    ),
    names.EVENT_VOICE_AUTH_LOGIN: Said(
        fields={
            "user": names.USER_ID,
            "method": names.VOICE_AUTH_METHOD,
            "outcome": names.VOICE_AUTH_OUTCOME,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_AUTH_ACTION: "login",
        },
        metrics={
            names.METRIC_VOICE_AUTH_EVENTS: "",
        },
    ),
    names.EVENT_VOICE_AUTH_LOGOUT: Said(
        fields={
            "user": names.USER_ID,
            "method": names.VOICE_AUTH_METHOD,
        },
        constants={
            names.VOICE_AUTH_ACTION: "logout",
        },
        metrics={
            names.METRIC_VOICE_AUTH_EVENTS: "",
        },
    ),
    names.EVENT_VOICE_AUTH_PERMISSION_DENIED: Said(
        fields={
            "user": names.USER_ID,
            "method": names.VOICE_AUTH_METHOD,
            "resource": names.VOICE_AUTH_RESOURCE,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_AUTH_ACTION: "permission_check",
            names.VOICE_AUTH_OUTCOME: "denied",
        },
        metrics={
            names.METRIC_VOICE_AUTH_EVENTS: "",
        },
    ),
    names.EVENT_VOICE_APPOINTMENT_BOOKED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "appointment_id": names.VOICE_APPOINTMENT_ID,
            "service": names.VOICE_APPOINTMENT_SERVICE,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_APPOINTMENT_STATUS: "booked",
        },
        metrics={
            names.METRIC_VOICE_APPOINTMENTS: "",
        },
    ),
    names.EVENT_VOICE_APPOINTMENT_RESCHEDULED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "appointment_id": names.VOICE_APPOINTMENT_ID,
            "service": names.VOICE_APPOINTMENT_SERVICE,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_APPOINTMENT_STATUS: "rescheduled",
        },
        metrics={
            names.METRIC_VOICE_APPOINTMENTS: "",
        },
    ),
    names.EVENT_VOICE_APPOINTMENT_CANCELLED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "appointment_id": names.VOICE_APPOINTMENT_ID,
            "service": names.VOICE_APPOINTMENT_SERVICE,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_APPOINTMENT_STATUS: "cancelled",
        },
        metrics={
            names.METRIC_VOICE_APPOINTMENTS: "",
        },
    ),
    names.EVENT_VOICE_APPOINTMENT_MISSED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "appointment_id": names.VOICE_APPOINTMENT_ID,
            "service": names.VOICE_APPOINTMENT_SERVICE,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_APPOINTMENT_STATUS: "missed",
        },
        metrics={
            names.METRIC_VOICE_APPOINTMENTS: "",
        },
    ),
    names.EVENT_VOICE_APPOINTMENT_COMPLETED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "appointment_id": names.VOICE_APPOINTMENT_ID,
            "service": names.VOICE_APPOINTMENT_SERVICE,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_APPOINTMENT_STATUS: "completed",
        },
        metrics={
            names.METRIC_VOICE_APPOINTMENTS: "",
        },
    ),
    names.EVENT_VOICE_QUALIFICATION_COMPLETED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "outcome": names.VOICE_QUALIFICATION_OUTCOME,
            "score": names.VOICE_QUALIFICATION_SCORE,
            "reason": names.VOICE_REASON,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_QUALIFICATIONS: "",
        },
    ),
    names.EVENT_VOICE_HANDOFF_REQUESTED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_HANDOFF_STATUS: "requested",
        },
        metrics={
            names.METRIC_VOICE_HANDOFFS: "",
        },
    ),
    names.EVENT_VOICE_HANDOFF_COMPLETED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_HANDOFF_STATUS: "completed",
        },
        metrics={
            names.METRIC_VOICE_HANDOFFS: "",
        },
    ),
    names.EVENT_VOICE_HANDOFF_FAILED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "reason": names.VOICE_REASON,
        },
        constants={
            names.VOICE_HANDOFF_STATUS: "failed",
        },
        metrics={
            names.METRIC_VOICE_HANDOFFS: "",
        },
    ),
    names.EVENT_VOICE_SENTIMENT_MEASURED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "sentiment": names.VOICE_SENTIMENT_LABEL,
            "score": names.VOICE_SENTIMENT_SCORE,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_SENTIMENTS: "",
        },
    ),
    names.EVENT_VOICE_CSAT_RECEIVED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "team": names.VOICE_TEAM_NAME,
            "score": names.VOICE_CSAT_SCORE,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_CSAT_SCORE: names.VOICE_CSAT_SCORE,
        },
    ),
    names.EVENT_VOICE_LANGUAGE_DETECTED: Said(
        fields={
            "conversation_id": names.VOICE_CONVERSATION_ID,
            "channel": names.VOICE_CONVERSATION_CHANNEL,
            "language": names.GEN_AI_SPEECH_INPUT_LANGUAGE,
            "confidence": names.VOICE_LANGUAGE_CONFIDENCE,
        },
        constants={},
        metrics={
            names.METRIC_VOICE_LANGUAGES: "",
        },
    ),
    names.EVENT_VOICE_ALERT: Said(
        fields={
            "severity": names.VOICE_ALERT_SEVERITY,
            "title": names.VOICE_ALERT_TITLE,
            "message": names.VOICE_ALERT_MESSAGE,
            "metric": names.VOICE_ALERT_METRIC,
            "value": names.VOICE_ALERT_VALUE,
            "threshold": names.VOICE_ALERT_THRESHOLD,
            "suppressed": names.VOICE_ALERT_SUPPRESSED,
        },
        constants={},
        metrics={},
    ),
}
