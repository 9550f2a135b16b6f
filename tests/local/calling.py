"""A program with a conversation: real SDK, real exporters, spans and logs named by the schema. Run as a child process.

Arguments: `crash` leaves out the root span, `exit=N` ends with that status, `id=X` names the conversation,
`metrics` adds a metric point with an exemplar.
"""

import os
import sys
import time

from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

SECOND = 1_000_000_000
START = time.time_ns() - 20 * SECOND


class Call:
    """Two turns: one answered with a tool call, one with an error and an interruption."""

    def __init__(self, tracer, logger, id):
        self.tracer, self.logger, self.id = tracer, logger, id
        self.root = tracer.start_span("conversation", start_time=START, attributes={"voice.conversation.id": id})

    def turn(self, index, start, end, **attributes):
        self.turn_attributes = {
            "voice.conversation.id": self.id,
            "voice.turn.id": f"{self.id}-{index}",
            "voice.turn.index": index,
        }
        self.span = self.tracer.start_span(
            "turn",
            context=set_span_in_context(self.root),
            start_time=at(start),
            attributes={**self.turn_attributes, **dotted(attributes)},
        )
        self.end = at(end)

    def operation(self, name, operation, start, end, error=None, **attributes):
        span = self.tracer.start_span(
            f"{operation} {name}",
            kind=SpanKind.CLIENT,
            context=set_span_in_context(self.span),
            start_time=at(start),
            attributes={
                **self.turn_attributes,
                "gen_ai.operation.name": operation,
                "gen_ai.tool.name" if operation == "execute_tool" else "gen_ai.request.model": name,
                **dotted(attributes),
            },
        )
        if error:
            span.set_attribute("error.type", error)
            span.set_status(Status(StatusCode.ERROR))
        span.end(at(end))

    def log(self, when, severity, body, **attributes):
        self.logger.emit(
            timestamp=at(when),
            context=set_span_in_context(self.span),
            severity_number=severity,
            severity_text=severity.name,
            body=body,
            attributes={**self.turn_attributes, **dotted(attributes)},
        )

    def end_turn(self):
        self.span.end(self.end)

    def hang_up(self):
        self.root.set_attribute("voice.conversation.outcome", "completed")
        self.root.set_attribute("voice.conversation.turns", 2)
        self.root.end(at(13))


def at(offset):
    return START + int(offset * SECOND)


def dotted(attributes):
    return {name.replace("__", "."): value for name, value in attributes.items()}


def first_turn(call):
    call.turn(1, 0, 6, voice__turn__initiator="user", voice__turn__response__latency=0.94)
    call.operation(
        "nova-3", "speech_to_text", 0, 2.1, gen_ai__provider__name="deepgram", voice__stt__finalization__duration=0.21
    )
    call.operation(
        "gpt-4o-mini",
        "chat",
        2.12,
        2.5,
        gen_ai__provider__name="openai",
        gen_ai__response__time_to_first_chunk=0.2,
        gen_ai__usage__input_tokens=120,
        gen_ai__usage__output_tokens=18,
    )
    call.operation("book_appointment", "execute_tool", 2.5, 2.61)
    call.log(2.55, SeverityNumber.INFO, "booking a table \x1b[31mfor two", voice__log__category="app")
    call.operation(
        "eleven_flash_v2_5",
        "text_to_speech",
        2.65,
        5.8,
        gen_ai__provider__name="elevenlabs",
        gen_ai__response__time_to_first_chunk=0.18,
        voice__tts__characters=54,
        voice__audio__duration=3.2,
    )
    call.end_turn()


def second_turn(call):
    call.turn(
        2, 6, 12.5, voice__turn__initiator="user", voice__turn__response__latency=2.4, voice__turn__interrupted=True
    )
    call.operation("nova-3", "speech_to_text", 6.2, 8, voice__stt__finalization__duration=0.3)
    call.operation("gpt-4o-mini", "chat", 8.05, 8.4, error="429")
    call.log(8.41, SeverityNumber.WARN, "the model is busy, asking again", voice__log__category="error")
    call.operation("gpt-4o-mini", "chat", 9, 9.9, gen_ai__response__time_to_first_chunk=0.6)
    call.operation(
        "eleven_flash_v2_5",
        "text_to_speech",
        9.9,
        12.2,
        gen_ai__response__time_to_first_chunk=0.2,
        voice__interrupted=True,
    )
    call.end_turn()


def main(arguments):
    options = dict(argument.partition("=")[::2] for argument in arguments)
    spans = TracerProvider()
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    logs = LoggerProvider()
    logs.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter()))
    call = Call(spans.get_tracer("calling"), logs.get_logger("calling"), options.get("id", "call-1"))
    first_turn(call)
    spans.force_flush()
    os.write(1, b"between the turns\n")
    second_turn(call)
    if "crash" not in options:
        call.hang_up()
    if "metrics" in options:
        metrics = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
        histogram = metrics.get_meter("calling").create_histogram("voice.turn.response.latency", "s")
        histogram.record(0.94, context=set_span_in_context(call.root))
        metrics.shutdown()
    spans.shutdown()
    logs.shutdown()
    os.write(2, b"done\n")
    os._exit(int(options.get("exit", 0)))


if __name__ == "__main__":
    main(sys.argv[1:])
