"""From an export request to the rows that the store keeps: the raw message of every item, and what it is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from otel_voice.local import attributes
from otel_voice.local.signals import LOGS, METRICS, TRACES, Signal
from otel_voice.telemetry import names

CONVERSATION: Final = "conversation"
TURN: Final = "turn"
OPERATION: Final = "operation"
STAGE: Final = "stage"
OTHER: Final = "other"
_INT64_MAX: Final = 2**63 - 1


@dataclass(frozen=True)
class Origin:
    """Where items come from: a resource container of the signal with one scope and no items, serialized."""

    signal: str
    service: str
    raw: bytes


@dataclass(frozen=True)
class SpanRow:
    """One span. `role` is conversation, turn, operation, stage or other; times are Unix nanoseconds."""

    trace_id: bytes
    span_id: bytes
    conversation: str | None
    turn: str | None
    role: str
    start_ns: int
    end_ns: int
    raw: bytes


@dataclass(frozen=True)
class LogRow:
    """One log record; `trace_id` is empty when it was written outside any span."""

    trace_id: bytes
    conversation: str | None
    turn: str | None
    time_ns: int
    severity: int
    raw: bytes


@dataclass(frozen=True)
class PointRow:
    """One metric point: a Metric message that holds this point alone; `trace_ids` are its exemplars'."""

    name: str
    time_ns: int
    trace_ids: tuple[bytes, ...]
    raw: bytes


Row = SpanRow | LogRow | PointRow


@dataclass
class Batch:
    """What one export request brings: rows by origin, and how many items were refused, and why."""

    origins: list[tuple[Origin, list[Row]]] = field(default_factory=list)
    rejected: int = 0
    reason: str = ""

    def rows(self) -> Iterator[Row]:
        """Every row, in the order of the request."""
        for _, rows in self.origins:
            yield from rows


def batch(signal: Signal, request: Any) -> Batch:
    """The rows of an export request; spans with invalid ids are counted as rejected."""
    found = Batch()
    for resource in getattr(request, signal.resources):
        for scope in getattr(resource, signal.scopes):
            rows = [row for item in getattr(scope, signal.items) for row in _rows(signal, item, found)]
            found.origins.append((_origin(signal, resource, scope), rows))
    return found


def _origin(signal: Signal, resource: Any, scope: Any) -> Origin:
    container = type(resource)(schema_url=resource.schema_url)
    if resource.HasField("resource"):
        container.resource.CopyFrom(resource.resource)
    inner = getattr(container, signal.scopes).add(schema_url=scope.schema_url)
    if scope.HasField("scope"):
        inner.scope.CopyFrom(scope.scope)
    service = attributes.plain(resource.resource.attributes).get("service.name")
    return Origin(signal.name, str(service or ""), container.SerializeToString(deterministic=True))


def _rows(signal: Signal, item: Any, found: Batch) -> Iterator[Row]:
    if signal is METRICS:
        yield from _points(item)
    elif signal is LOGS:
        yield _log(item)
    elif signal is TRACES and _valid(item):
        yield _span(item)
    else:
        found.rejected += 1
        found.reason = "a span needs a trace id of 16 bytes and a span id of 8 bytes, not all zero"


def _valid(span: Any) -> bool:
    return len(span.trace_id) == 16 and len(span.span_id) == 8 and any(span.trace_id) and any(span.span_id)


def _span(span: Any) -> SpanRow:
    found = attributes.plain(span.attributes)
    return SpanRow(
        trace_id=span.trace_id,
        span_id=span.span_id,
        conversation=_text(found.get(names.VOICE_CONVERSATION_ID)),
        turn=_text(found.get(names.VOICE_TURN_ID)),
        role=_role(span.name, found),
        start_ns=_signed(span.start_time_unix_nano),
        end_ns=_signed(span.end_time_unix_nano),
        raw=span.SerializeToString(),
    )


def _role(name: str, found: dict[str, Any]) -> str:
    if names.GEN_AI_OPERATION_NAME in found:
        return OPERATION
    if names.VOICE_TURN_STAGE in found:
        return STAGE
    if name == names.SPAN_TURN and names.VOICE_TURN_ID in found:
        return TURN
    if name == names.SPAN_CONVERSATION and names.VOICE_CONVERSATION_ID in found:
        return CONVERSATION
    return OTHER


def _log(record: Any) -> LogRow:
    found = attributes.plain(record.attributes)
    return LogRow(
        trace_id=record.trace_id,
        conversation=_text(found.get(names.VOICE_CONVERSATION_ID)),
        turn=_text(found.get(names.VOICE_TURN_ID)),
        time_ns=_signed(record.time_unix_nano or record.observed_time_unix_nano),
        severity=record.severity_number,
        raw=record.SerializeToString(),
    )


def _points(metric: Any) -> Iterator[PointRow]:
    kind = metric.WhichOneof("data")
    if kind is None:
        return
    points = getattr(metric, kind).data_points
    envelope = type(metric)()
    envelope.CopyFrom(metric)
    only = getattr(envelope, kind).data_points
    for point in points:
        del only[:]
        only.append(point)
        yield PointRow(metric.name, _signed(point.time_unix_nano), _exemplars(point), envelope.SerializeToString())


def _exemplars(point: Any) -> tuple[bytes, ...]:
    return tuple({exemplar.trace_id for exemplar in getattr(point, "exemplars", ()) if exemplar.trace_id})


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _signed(value: int) -> int:
    return min(value, _INT64_MAX)
