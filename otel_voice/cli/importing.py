"""`otel-voice import FILE ...`: conversations that a provider keeps, into the store or to a Collector."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from otel_voice.cli import endpoint as endpoints
from otel_voice.cli.arguments import Commands, store_path
from otel_voice.importing import ImportedConversation, import_conversation
from otel_voice.local import rows, wording
from otel_voice.local.errors import LocalError
from otel_voice.local.signals import TRACES
from otel_voice.local.store import Store

_SERVICE = "elevenlabs-convai"
"""What ElevenLabs calls the service; OTEL_SERVICE_NAME gives it another name."""


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command."""
    parser = commands.add_parser(
        "import", help="take in conversations with ElevenLabs agents, in OpenTelemetry form, as JSON"
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="one conversation each; - is standard input")
    parser.add_argument("--endpoint", metavar="URL", help="send to this Collector instead of the store")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Imports one file after the other. Raises LocalError at the first that cannot be; those before it are in."""
    exporter = None if arguments.endpoint is None else _exporter(endpoints.checked(arguments.endpoint))
    for file in arguments.files:
        imported, spans = _imported(file)
        if exporter is None:
            _keep(store_path(arguments), spans)
        elif exporter.export(spans) is not SpanExportResult.SUCCESS:
            raise LocalError(f"{file}: {arguments.endpoint} did not take the conversation {imported.id}")
        turns = wording.counted(imported.turns, "turn")
        print(f"{wording.clean(imported.id)}  {turns}  {wording.counted(imported.operations, 'operation')}")
    return 0


def _imported(file: str) -> tuple[ImportedConversation, Sequence[ReadableSpan]]:
    resource = Resource({"service.name": _SERVICE}).merge(OTELResourceDetector().detect())
    provider, spans = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    try:
        document = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return import_conversation(document, tracer_provider=provider), spans.get_finished_spans()
    except OSError as error:
        raise LocalError(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:
        raise LocalError(f"{file}: {error}") from error


def _keep(path: Path, spans: Sequence[ReadableSpan]) -> None:
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

    with Store(path) as store:
        store.add(rows.batch(TRACES, encode_spans(spans)))


def _exporter(endpoint: endpoints.Endpoint) -> SpanExporter:
    if endpoint.protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as Grpc

        return Grpc(endpoint=endpoint.url)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=f"{endpoint.url}/v1/traces")
