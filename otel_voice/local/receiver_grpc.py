"""OTLP over gRPC on the loopback interface, answered once it is in the store."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import grpc  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc

from otel_voice.local.bodies import MAX_BODY_BYTES
from otel_voice.local.errors import StoreError
from otel_voice.local.receiver_http import LOOPBACK, Sink
from otel_voice.local.rows import batch
from otel_voice.local.signals import LOGS, METRICS, TRACES, Signal

_SERVICES: Final[dict[Signal, Any]] = {
    TRACES: trace_service_pb2_grpc.add_TraceServiceServicer_to_server,
    LOGS: logs_service_pb2_grpc.add_LogsServiceServicer_to_server,
    METRICS: metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server,
}
_WORKERS: Final = 4
_GRACE_SECONDS: Final = 1.0


class GrpcReceiver:
    """Listens on 127.0.0.1; `port` 0 takes a free one. Raises OSError when the port is in use."""

    def __init__(self, port: int, sink: Sink) -> None:
        self._server = grpc.server(
            ThreadPoolExecutor(_WORKERS, thread_name_prefix="otlp-grpc"),
            # Without this two programs could listen on one port and each get half of the telemetry.
            options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", MAX_BODY_BYTES)],
        )
        for signal, add in _SERVICES.items():
            add(_Service(signal, sink), self._server)
        self.port = self._bind(port)

    def start(self) -> None:
        """Starts answering."""
        self._server.start()

    def stop(self) -> None:
        """Stops taking calls and lets those in flight finish within a second."""
        self._server.stop(_GRACE_SECONDS).wait()

    def _bind(self, port: int) -> int:
        _check_free(port)
        try:
            bound = self._server.add_insecure_port(f"{LOOPBACK}:{port}")
        except RuntimeError as error:
            raise OSError(f"cannot listen on {LOOPBACK}:{port}") from error
        if not bound:
            raise OSError(f"cannot listen on {LOOPBACK}:{port}")
        return int(bound)


def _check_free(port: int) -> None:
    """Raises OSError for a port in use, which gRPC would report on standard error in its own words."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name != "nt"))
        probe.bind((LOOPBACK, port))
        probe.listen()


class _Service:
    """One of the three OTLP services: each has the single method Export."""

    def __init__(self, signal: Signal, sink: Sink) -> None:
        self._signal = signal
        self._sink = sink

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name in the service definition
        found = batch(self._signal, request)
        try:
            self._sink(found)
        except StoreError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        return self._signal.reply(found.rejected, found.reason)
