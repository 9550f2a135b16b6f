"""Stands in for Loki and Prometheus behind one gateway: takes OTLP over HTTP and keeps what arrived, in order."""

from __future__ import annotations

import gzip
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest


class Sink:
    """Keeps the bodies of log records, and the metrics with their resource."""

    def __init__(self) -> None:
        self.logs: list[str] = []
        self.metrics: list[tuple[Any, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def points(self, name: str) -> list[tuple[Any, Any]]:
        """The points of a counter, each with its resource, in the order of their arrival."""
        return [
            (resource, point)
            for resource, metric in list(self.metrics)
            if metric.name == name
            for point in metric.sum.data_points
        ]

    def take(self, path: str, body: bytes) -> None:
        """Keep one request."""
        if path.endswith("/v1/logs"):
            self._take_logs(ExportLogsServiceRequest.FromString(body))
        else:
            self._take_metrics(ExportMetricsServiceRequest.FromString(body))

    def _take_logs(self, request: Any) -> None:
        for resource in request.resource_logs:
            for scope in resource.scope_logs:
                self.logs.extend(record.body.string_value for record in scope.log_records)

    def _take_metrics(self, request: Any) -> None:
        for resource in request.resource_metrics:
            for scope in resource.scope_metrics:
                self.metrics.extend((resource.resource, metric) for metric in scope.metrics)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.take(self.path, gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def text(attributes: Any, key: str) -> str:
    """An attribute's text, empty when it is absent."""
    return next((str(attribute.value.string_value) for attribute in attributes if attribute.key == key), "")
