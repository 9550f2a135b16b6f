"""From a stored OTLP message to the record that a view shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from otel_voice.local import attributes
from otel_voice.local.records import Kind, LogLine, Operation
from otel_voice.telemetry import names

_KINDS: Final = {
    "speech_to_text": Kind.SPEECH_TO_TEXT,
    "text_to_speech": Kind.TEXT_TO_SPEECH,
    "execute_tool": Kind.TOOL,
    "invoke_agent": Kind.AGENT,
    "invoke_workflow": Kind.AGENT,
}
_LEVELS: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
# What these events say, the lines of the turn and the conversation say already.
TOLD_BY_THE_VIEW: Final = frozenset(
    {names.EVENT_VOICE_CONVERSATION_STARTED, names.EVENT_VOICE_CONVERSATION_ENDED, names.EVENT_VOICE_TURN_COMPLETED}
)


def span_attributes(raw: bytes) -> dict[str, Any]:
    """The attributes of a stored span."""
    return attributes.plain(Span.FromString(raw).attributes)


def operation(raw: bytes) -> Operation:
    """The operation that a stored span with `gen_ai.operation.name` describes."""
    span = Span.FromString(raw)
    found = attributes.plain(span.attributes)
    kind = _KINDS.get(str(found[names.GEN_AI_OPERATION_NAME]), Kind.INFERENCE)
    return Operation(
        kind=kind,
        name=_name(kind, found) or span.name,
        provider=str(found.get(names.GEN_AI_PROVIDER_NAME, "")),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        first_s=number(found, names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK),
        tail_s=number(found, names.VOICE_STT_FINALIZATION_DURATION),
        error=_error(span.status, found),
        interrupted=found.get(names.VOICE_INTERRUPTED) is True,
        input_tokens=whole(found, names.GEN_AI_USAGE_INPUT_TOKENS),
        output_tokens=whole(found, names.GEN_AI_USAGE_OUTPUT_TOKENS),
        characters=whole(found, names.VOICE_TTS_CHARACTERS),
        audio_s=number(found, names.VOICE_AUDIO_DURATION),
        cost_usd=number(found, names.VOICE_COST),
        text=_spoken(kind, found),
    )


def log_line(raw: bytes) -> LogLine:
    """The line that a stored log record becomes."""
    record = LogRecord.FromString(raw)
    found = attributes.plain(record.attributes)
    return LogLine(
        time_ns=record.time_unix_nano or record.observed_time_unix_nano,
        level=_level(record.severity_number, record.severity_text),
        text=_body(record, found),
        category=str(found.get(names.VOICE_LOG_CATEGORY, "")),
        event=record.event_name,
    )


def _name(kind: Kind, found: Mapping[str, Any]) -> str:
    if kind is Kind.TOOL:
        return str(found.get(names.GEN_AI_TOOL_NAME, ""))
    if kind is Kind.AGENT:
        return str(found.get(names.GEN_AI_AGENT_NAME) or found.get(names.GEN_AI_WORKFLOW_NAME) or "")
    return str(found.get(names.GEN_AI_REQUEST_MODEL) or found.get(names.GEN_AI_RESPONSE_MODEL) or "")


def number(found: Mapping[str, Any], name: str) -> float | None:
    """The attribute as a float; None when it is missing or no number."""
    value = found.get(name)
    return float(value) if isinstance(value, int | float) else None


def whole(found: Mapping[str, Any], name: str) -> int | None:
    """The attribute as a whole number; None when it is missing or none."""
    value = found.get(name)
    return value if isinstance(value, int) else None


def _error(status: Any, found: Mapping[str, Any]) -> str | None:
    if status.code != Status.STATUS_CODE_ERROR:
        return None
    # The message may be a whole HTTP answer; the log line of the failure has it.
    return str(found.get(names.ERROR_TYPE) or status.message or "unknown")


def _level(number: int, text: str) -> str:
    if text:
        return "WARN" if text.upper() == "WARNING" else text.upper()
    return _LEVELS[min((number - 1) // 4, 5)] if number > 0 else "INFO"


def _body(record: Any, found: Mapping[str, Any]) -> str:
    if names.VOICE_AUDIT_HASH in found:
        return _audited(record, found)
    body = attributes.value(record.body)
    if body is None:
        detail = found.get(names.EXCEPTION_MESSAGE) or found.get(names.ERROR_TYPE) or ""
        return f"{record.event_name} {detail}".strip()
    return body if isinstance(body, str) else json.dumps(body, default=repr, ensure_ascii=False)


def _audited(record: Any, found: Mapping[str, Any]) -> str:
    """The body of an audit record is a line to verify, not to read."""
    actor, subject = (str(found.get(name, "")) for name in (names.VOICE_AUDIT_ACTOR, names.VOICE_AUDIT_SUBJECT))
    by, of = f"by {actor}" if actor else "", f"({subject})" if subject else ""
    return " ".join(filter(None, (record.event_name, by, of)))


def _spoken(kind: Kind, found: Mapping[str, Any]) -> str | None:
    key = names.GEN_AI_INPUT_MESSAGES if kind is Kind.TEXT_TO_SPEECH else names.GEN_AI_OUTPUT_MESSAGES
    content = found.get(key)
    if not isinstance(content, str):
        return None
    try:
        return " ".join(_texts(json.loads(content))) or None
    except (ValueError, RecursionError):
        return content


def _texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for item in node for text in _texts(item)]
    if not isinstance(node, dict):
        return []
    if isinstance(node.get("content"), str):
        return [node["content"]]
    return _texts(node.get("parts"))
