"""What the Collector sends for Jaeger, as it sends it: taken in Jaeger's place, or passed on to it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

# A Jaeger that comes back is found within a second, not within gRPC's two minutes.
SOON = (("grpc.initial_reconnect_backoff_ms", 200), ("grpc.max_reconnect_backoff_ms", 1000))


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


class TraceRelay(TraceReceiver):
    """Passes requests on and answers as Jaeger does. It keeps the spans that Jaeger took, also what it never shows."""

    def __init__(self, port: int, jaeger: str) -> None:
        super().__init__(port)
        self._jaeger = trace_service_pb2_grpc.TraceServiceStub(grpc.insecure_channel(jaeger, SOON))

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name in the service definition
        """One OTLP request, refused when Jaeger refuses it."""
        try:
            self._jaeger.Export(request, timeout=30)
        except grpc.RpcError as refusal:
            context.abort(refusal.code(), refusal.details())
        return super().Export(request, context)
