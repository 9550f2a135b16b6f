"""What one call emits: the demo's agent through the distribution, every OTLP request kept as it was sent."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

SECOND = 1e9


@dataclass
class Emission:
    """The requests of one call, uncompressed."""

    traces: list[bytes] = field(default_factory=list)
    metrics: list[bytes] = field(default_factory=list)
    logs: list[bytes] = field(default_factory=list)

    def spans(self) -> list[Any]:
        """Every span."""
        return [
            span
            for body in self.traces
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def records(self) -> list[Any]:
        """Every log record."""
        return [
            record
            for body in self.logs
            for resource in ExportLogsServiceRequest.FromString(body).resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]

    def last_points(self) -> list[Any]:
        """The points of the last collection, one for each stream of the process."""
        return points(self.metrics[-1])

    def seconds(self) -> float:
        """How long the call lasted."""
        [root] = [span for span in self.spans() if span.name == "conversation"]
        return float((root.end_time_unix_nano - root.start_time_unix_nano) / SECOND)

    def series(self) -> int:
        """The Prometheus series of the process: a histogram is its buckets, their end, its sum and its count."""
        buckets = [len(getattr(point, "bucket_counts", ())) for point in self.last_points()]
        return sum(number + 2 if number else 1 for number in buckets)

    def compressed(self, signal: str) -> float:
        """Bytes of an item on the network, in a request of one whole call: copies of a call would flatter it."""
        if signal == "metrics":
            return len(gzip.compress(self.metrics[-1], 6)) / len(self.last_points())
        items = self.spans() if signal == "traces" else self.records()
        return len(gzip.compress(b"".join(item.SerializeToString() for item in items), 6)) / len(items)

    def categories(self) -> dict[str, int]:
        """Log records by category."""
        return dict(Counter(_category(record) for record in self.records()))


def points(body: bytes) -> list[Any]:
    """The points of a request."""
    found: list[Any] = []
    for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                found += getattr(metric, metric.WhichOneof("data")).data_points
    return found


def _category(record: Any) -> str:
    marks = (one.value.string_value for one in record.attributes if one.key == "voice.log.category")
    return str(next(marks, "app"))


def record_demo() -> Emission:
    """Run the demo; half a minute. Raises CalledProcessError when it fails."""
    emission = Emission()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _recorder(emission))
    Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    command = (sys.executable, "-m", "otel_voice.cli.main", "demo", "--endpoint", endpoint)
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    server.shutdown()
    server.server_close()
    return emission


def _recorder(emission: Emission) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            getattr(emission, self.path.rsplit("/", 1)[1]).append(body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
