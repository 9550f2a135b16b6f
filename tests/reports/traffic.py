"""A day of calls by hand: whatever a report tells, with numbers that can be added up in the head."""

from datetime import datetime, timedelta, timezone

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from otel_voice.local.store import Store
from otel_voice.telemetry import names
from tests.local import payloads

NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
STAGES = {names.VOICE_TURN_STAGE_INFERENCE: 0.25, names.VOICE_TURN_STAGE_SYNTHESIS: 0.75}


def ns(moment):
    return int(moment.timestamp() * 1_000_000) * 1000


class Calls:
    """Spans and events of calls; each gets ids of its own."""

    def __init__(self, first=1):
        self._first = first
        self.spans, self.records, self.points = [], [], []

    def call(self, id, ended, *, seconds=60, outcome="completed", latencies=(1.0,), usd=0.25, error=None):
        """One call: its events, a turn for each latency, one operation of each kind for the whole."""
        start = ended - timedelta(seconds=seconds)
        of = {names.VOICE_CONVERSATION_ID: id, names.VOICE_CONVERSATION_CHANNEL: "phone"}
        self.event(names.EVENT_VOICE_CONVERSATION_STARTED, start, **of)
        for latency in latencies:
            answered = {names.VOICE_TURN_RESPONSE_LATENCY: latency}
            stages = {name: share * latency for name, share in STAGES.items()}
            self.span(names.SPAN_TURN, start, ended, {**of, names.VOICE_TURN_ID: "t", **answered, **stages})
        self.operations(of, start, ended, usd, error)
        told = {names.VOICE_CONVERSATION_OUTCOME: outcome, names.VOICE_CONVERSATION_TURNS: len(latencies)}
        spent = {names.VOICE_CONVERSATION_DEAD_AIR_DURATION: 2.0, names.VOICE_CONVERSATION_COST: usd}
        self.span(names.SPAN_CONVERSATION, start, ended, {**of, **told, **spent})
        said = {names.VOICE_COST: usd, names.VOICE_STATE_NAME: "greeting"}
        self.event(names.EVENT_VOICE_CONVERSATION_ENDED, ended, **of, **told, **said)

    def operations(self, of, start, ended, usd, error=None):
        """One of each kind; the model call has the cost and the error."""
        for operation, provider, more in (
            ("speech_to_text", "deepgram", {names.VOICE_AUDIO_DURATION: 10.0}),
            ("chat", "openai", {names.GEN_AI_USAGE_INPUT_TOKENS: 100, names.VOICE_COST: usd}),
            ("text_to_speech", "elevenlabs", {names.VOICE_AUDIO_DURATION: 5.0, names.VOICE_TTS_CHARACTERS: 50}),
            ("execute_tool", "", {names.GEN_AI_TOOL_NAME: "book"}),
        ):
            said = {names.GEN_AI_OPERATION_NAME: operation, names.GEN_AI_PROVIDER_NAME: provider, **more}
            failed = error if operation == "chat" else None
            self.span(f"{operation} x", start, ended, {**of, **said}, failed)

    def span(self, name, start, end, attributes, error=None):
        number = len(self.spans) + self._first
        if error:
            attributes = {**attributes, names.ERROR_TYPE: error}
        self.spans.append(
            Span(
                trace_id=number.to_bytes(16, "big"),
                span_id=number.to_bytes(8, "big"),
                name=name,
                start_time_unix_nano=ns(start),
                end_time_unix_nano=ns(end),
                attributes=payloads.attributes(attributes),
                status=Status(code=Status.STATUS_CODE_ERROR if error else Status.STATUS_CODE_UNSET),
            )
        )

    def event(self, name, at, **attributes):
        said = {names.VOICE_LOG_CATEGORY: names.EVENTS[name].category, **attributes}
        self.records.append(
            LogRecord(
                time_unix_nano=ns(at),
                body=AnyValue(string_value=name),
                attributes=payloads.attributes(said),
                event_name=name,
            )
        )

    def zero(self, metric, at):
        """A counter that was exported and counted nothing."""
        self.points.append((metric, ns(at)))

    def requests(self, service="agent"):
        """What a program would send."""
        traces, logs, metrics = ExportTraceServiceRequest(), ExportLogsServiceRequest(), ExportMetricsServiceRequest()
        of = payloads.attributes({"service.name": service})
        spans, records, points = traces.resource_spans.add(), logs.resource_logs.add(), metrics.resource_metrics.add()
        for resource in (spans, records, points):
            resource.resource.attributes.extend(of)
        spans.scope_spans.add().spans.extend(self.spans)
        records.scope_logs.add().log_records.extend(self.records)
        scope = points.scope_metrics.add()
        for name, time_ns in self.points:
            scope.metrics.add(name=name).sum.data_points.add(time_unix_nano=time_ns, as_int=0)
        return traces, logs, metrics

    def keep(self, path, service="agent"):
        """In a store."""
        with Store(path) as store:
            for request in self.requests(service):
                store.add(payloads.rows_of(request))


def a_day():
    """Four calls on 20 November, 2026: two at noon, of which one is abandoned, one failing at 12:30, one at 15:00."""
    calls = Calls()
    calls.call("one", NOON, latencies=(1.0, 2.0))
    calls.call("two", NOON + timedelta(minutes=10), outcome="abandoned", seconds=30)
    calls.call("three", NOON + timedelta(minutes=30), outcome="failed", error="429", seconds=10, latencies=())
    calls.call("four", NOON + timedelta(hours=3), latencies=(3.0,), usd=0.5)
    team = {names.VOICE_TEAM_NAME: "sales"}
    calls.event(names.EVENT_VOICE_CSAT_RECEIVED, NOON, **team, **{names.VOICE_CSAT_SCORE: 4.0})
    calls.event(names.EVENT_VOICE_APPOINTMENT_BOOKED, NOON, **{names.VOICE_APPOINTMENT_STATUS: "booked"})
    calls.event(names.EVENT_VOICE_QUEUE_DEPTH, NOON, **{names.VOICE_QUEUE_NAME: "line", names.VOICE_QUEUE_DEPTH: 3})
    calls.event(names.EVENT_VOICE_QUEUE_DEPTH, NOON, **{names.VOICE_QUEUE_NAME: "line", names.VOICE_QUEUE_DEPTH: 7})
    calls.event(names.EVENT_VOICE_AGENT_LOAD, NOON, **team, **{names.VOICE_AGENT_LOAD: 9})
    said = {names.VOICE_ALERT_SEVERITY: "critical", names.VOICE_ALERT_TITLE: "No line"}
    calls.event(names.EVENT_VOICE_ALERT, NOON, **said)
    return calls
