"""Stands in for Jaeger, which cannot be built from Go modules: takes OTLP over gRPC and keeps the spans."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse


class TraceReceiver:
    """Keeps every span that arrives, as protobuf. Its port stays the same when it is stopped and started."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.spans: list[Any] = []
        self._server: Any = None

    def start(self) -> None:
        """Begin to answer."""
        self._server = grpc.server(ThreadPoolExecutor(2))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self._server)
        assert self._server.add_insecure_port(f"127.0.0.1:{self.port}") == self.port
        self._server.start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        self._server.stop(0).wait()

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name in the service definition
        """One OTLP request."""
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)
        return ExportTraceServiceResponse()

    def named(self, name: str) -> list[Any]:
        """The spans of this name."""
        return [span for span in self.spans if span.name == name]
