"""Export requests as a voice agent's SDK sends them, small and with fixed times and ids."""

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from otel_voice.local.rows import Batch, batch
from otel_voice.local.signals import LOGS, METRICS, TRACES
from otel_voice.telemetry import names

SECOND = 1_000_000_000
START = 1_790_000_000 * SECOND


def attributes(values):
    return [KeyValue(key=key, value=any_value(value)) for key, value in values.items()]


def any_value(value):
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    return AnyValue(string_value=value)


def trace_id(conversation):
    return conversation.encode().ljust(16, b"\x01")[:16]


def span(number, name, start, end, conversation="call-1", turn=None, error=None, **more):
    values = {names.VOICE_CONVERSATION_ID: conversation} if conversation else {}
    if turn is not None:
        values |= {names.VOICE_TURN_ID: f"{conversation}-{turn}", names.VOICE_TURN_INDEX: turn}
    if error:
        values[names.ERROR_TYPE] = error
    values |= {getattr(names, key): value for key, value in more.items()}
    return Span(
        trace_id=trace_id(conversation or "alone"),
        span_id=number.to_bytes(8, "big"),
        name=name,
        start_time_unix_nano=START + int(start * SECOND),
        end_time_unix_nano=START + int(end * SECOND),
        attributes=attributes(values),
        status=Status(code=Status.STATUS_CODE_ERROR if error else Status.STATUS_CODE_UNSET),
    )


def operation(number, operation, model, start, end, turn=1, conversation="call-1", **more):
    more = {"GEN_AI_OPERATION_NAME": operation, "GEN_AI_REQUEST_MODEL": model, **more}
    return span(number, f"{operation} {model}", start, end, conversation, turn, **more)


def root(conversation="call-1", end=10, number=1, **more):
    more = {"VOICE_CONVERSATION_OUTCOME": "completed", **more}
    return span(number, names.SPAN_CONVERSATION, 0, end, conversation, **more)


def turn(number, index, start, end, conversation="call-1", **more):
    return span(number, names.SPAN_TURN, start, end, conversation, index, **more)


def traces(*spans, service="agent"):
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add(schema_url="https://opentelemetry.io/schemas/1.39.0")
    resource.resource.attributes.extend(attributes({"service.name": service}))
    scope = resource.scope_spans.add()
    scope.scope.name = "otel_voice"
    scope.spans.extend(spans)
    return request


def log(text, at, conversation="call-1", turn=None, severity=9, in_trace="", event=""):
    values = {names.VOICE_CONVERSATION_ID: conversation} if conversation else {}
    if turn is not None:
        values[names.VOICE_TURN_ID] = f"{conversation}-{turn}"
    return LogRecord(
        time_unix_nano=START + int(at * SECOND),
        severity_number=severity,
        body=AnyValue(string_value=text),
        attributes=attributes(values),
        trace_id=trace_id(in_trace) if in_trace else b"",
        event_name=event,
    )


def logs(*records, service="agent"):
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.extend(attributes({"service.name": service}))
    resource.scope_logs.add().log_records.extend(records)
    return request


def metrics(*values, in_trace="call-1"):
    request = ExportMetricsServiceRequest()
    metric = (
        request.resource_metrics.add().scope_metrics.add().metrics.add(name="voice.turn.response.latency", unit="s")
    )
    for value in values:
        point = metric.gauge.data_points.add(time_unix_nano=START, as_double=value)
        point.exemplars.add(as_double=value, trace_id=trace_id(in_trace))
    return request


def rows_of(request) -> Batch:
    signals = {ExportTraceServiceRequest: TRACES, ExportLogsServiceRequest: LOGS, ExportMetricsServiceRequest: METRICS}
    return batch(signals[type(request)], request)


def call(conversation="call-1"):
    """A call of one turn: heard, decided, booked, spoken and cut short."""
    common = {"conversation": conversation}
    return traces(
        operation(2, "speech_to_text", "nova-3", 0, 2.1, VOICE_STT_FINALIZATION_DURATION=0.2, **common),
        operation(
            3, "chat", "gpt-4o-mini", 2.1, 2.5, GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK=0.2, VOICE_COST=2e-5, **common
        ),
        operation(4, "execute_tool", "", 2.5, 2.6, GEN_AI_TOOL_NAME="book", **common),
        operation(5, "chat", "gpt-4o-mini", 2.6, 2.7, error="429", **common),
        operation(
            6,
            "text_to_speech",
            "flash",
            2.7,
            5,
            GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK=0.2,
            VOICE_TTS_CHARACTERS=54,
            VOICE_COST=0.00216,
            VOICE_INTERRUPTED=True,
            **common,
        ),
        turn(
            7,
            1,
            0,
            5,
            VOICE_TURN_RESPONSE_LATENCY=1.0,
            VOICE_TURN_STAGE_ENDPOINTING=0.3,
            VOICE_TURN_STAGE_DECISION=0.0,
            VOICE_TURN_STAGE_INFERENCE=0.7,
            VOICE_TURN_INTERRUPTED=True,
            **common,
        ),
    )
